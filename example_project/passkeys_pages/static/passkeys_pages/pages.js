import { PasskeyError, Passkeys } from "../claimsauth/passkeys.js";

const { page, passkeys: base, home, vault } = document.body.dataset;
const passkeys = new Passkeys(base);
const element = (id) => document.getElementById(id);

function say(text, good = false) {
  const message = element("message");
  message.textContent = text;
  message.className = good ? "good" : "";
  message.hidden = false;
}

/** Do something for a click or a form; what goes wrong is said on the page. */
function on(id, event, action) {
  element(id).addEventListener(event, async (happened) => {
    happened.preventDefault();
    element("message").hidden = true;
    await tried(() => action(happened.target));
  });
}

async function tried(action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof PasskeyError)) throw error;
    if (error.code !== "aborted") say(`${error.message} (${error.code})`);
  }
}

/** Do what needs a recent sign-in, and prove it first where the server asks. */
async function recently(action) {
  try {
    return await action();
  } catch (error) {
    if (error.code !== "insufficient_user_authentication") throw error;
    await passkeys.stepUp();
    return action();
  }
}

async function show() {
  const list = element("passkeys");
  const items = (await passkeys.list()).map((passkey) => {
    const item = element("passkey").content.cloneNode(true).firstElementChild;
    const used = passkey.last_used_at ? `used ${day(passkey.last_used_at)}` : "never used";
    const kept = passkey.backup_eligible ? "synced" : "on this device alone";
    item.querySelector(".name").textContent = passkey.name;
    const made = passkey.authenticator === passkey.name ? [] : [passkey.authenticator];
    item.querySelector(".about").textContent = [...made, kept, used].join(", ");
    item.querySelector(".rename").addEventListener("click", () => tried(() => rename(passkey)));
    item.querySelector(".remove").addEventListener("click", () => tried(() => remove(passkey)));
    return item;
  });
  list.replaceChildren(...items);
}

const day = (moment) => moment.slice(0, 10);

async function rename(passkey) {
  const name = prompt("Another name", passkey.name);
  if (name === null) return;
  await passkeys.rename(passkey.id, name);
  await show();
}

async function remove(passkey) {
  await recently(() => passkeys.remove(passkey.id));
  await show();
  say(`${passkey.name} was removed.`, true);
}

async function open() {
  const answer = await recently(async () => {
    const response = await fetch(vault);
    const body = await response.json();
    if (!response.ok) throw new PasskeyError(body.code, body.detail, { status: response.status });
    return body;
  });
  element("secret").textContent = answer.secret;
  element("secret").hidden = false;
}

const PAGES = {
  "sign-up"() {
    on("sign-up", "submit", async (form) => {
      await passkeys.signUp({ username: form.username.value });
      location.assign(home);
    });
  },

  "sign-in"() {
    const signIn = async (options) => {
      await passkeys.signIn(options);
      location.assign(home);
    };
    on("sign-in", "submit", (form) => signIn({ username: form.username.value }));
    on("any", "click", () => signIn({}));
    // Passkeys in the field's autofill, where there are any: nobody asked for them.
    tried(() => signIn({ autofill: true }).catch((error) => {
      if (!["cancelled", "unsupported"].includes(error.code)) throw error;
    }));
  },

  manage() {
    on("add", "submit", async (form) => {
      // `form.name` is the form's own name.
      const { name } = form.elements;
      await recently(() => passkeys.register({ name: name.value }));
      form.reset();
      await show();
      say("The passkey was added.", true);
    });
    on("vault", "click", open);
    tried(show);
  },
};

PAGES[page]?.();
// For tests and the curious: nothing on these pages is inline.
document.documentElement.dataset.ready = "yes";

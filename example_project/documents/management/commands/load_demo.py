"""`python -m example_project load_demo`: people with passwords that all know."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from example_project.documents import demo_data


class Command(BaseCommand):
    help = "Load the people and documents of the demo; refused without DEBUG."

    def handle(self, **options):
        if not settings.DEBUG:
            raise CommandError(
                "The demo's passwords are public; set EXAMPLE_DEBUG=1 to load them."
            )
        demo_data.load()
        self.stdout.write(f"{len(demo_data.PEOPLE)} people can sign in.")

"""`python -m example_project COMMAND`: what manage.py is elsewhere."""

import os

from django.core.management import execute_from_command_line


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
    execute_from_command_line()


if __name__ == "__main__":
    main()

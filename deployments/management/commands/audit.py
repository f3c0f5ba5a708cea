"""`manage.py audit`: verify the trail, sign where it stands, take it out, print the public key."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from deployments import audit, audit_checkpoints, signing
from deployments.audit_export import reason_of, trail
from deployments.audit_verification import verify
from deployments.enums import AuditKind

HELP = """verify      compute every hash anew, compare with all that was signed, name what is wrong
checkpoint  sign where the trail stands; into the database and LFR_AUDIT_CHECKPOINTS
export      the whole trail, one event a line, for verify_audit.py; recorded with its reason
key         the public key, to verify with elsewhere"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs["formatter_class"] = RawDescriptionHelpFormatter
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify", "checkpoint", "export", "key"])
        parser.add_argument(
            "--checkpoint",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a checkpoint that was kept elsewhere; may be given again",
        )
        parser.add_argument("--output", type=Path, help="where the export goes")
        parser.add_argument("--reason", default="", help="why it is exported")
        parser.add_argument("--to", default="", help="to whom it is exported")
        parser.add_argument(
            "--withhold", action="store_true", help="digests in place of names and reasons"
        )

    def handle(self, *_: Any, action: str, **options: Any) -> None:
        getattr(self, f"_{action}")(options)

    def _verify(self, options: dict[str, Any]) -> None:
        try:
            kept = [(path.name, path.read_text()) for path in options["checkpoint"]]
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"A checkpoint cannot be read: {error}.") from error
        found = verify(kept)
        if not found.is_sound:
            raise CommandError(f"The audit trail is broken: {'; '.join(found.faults)}.")
        self.stdout.write(
            f"{found.count} events, unbroken, {found.checkpoints} checkpoints. Head: {found.head}"
        )

    def _checkpoint(self, _: dict[str, Any]) -> None:
        try:
            made = audit_checkpoints.make()
        except audit_checkpoints.Broken as faults:
            raise CommandError(f"Nothing is signed over a broken trail: {faults}.") from faults
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        words = made.text if made else "Nothing happened since the last checkpoint.\n"
        self.stdout.write(words, ending="")

    def _export(self, options: dict[str, Any]) -> None:
        if not options["reason"] or not options["to"] or options["output"] is None:
            raise CommandError("Say where it goes, why, and to whom: --output, --reason and --to.")
        audit.record(
            "audit.exported",
            kind=AuditKind.DISCLOSURE,
            by=None,
            reason=reason_of(options["reason"], to=options["to"]),
            details={"withheld": options["withhold"], "what": "whole-trail"},
        )
        with options["output"].open("w", encoding="utf-8") as file:
            file.writelines(trail(withheld=options["withhold"]))
        sys.stderr.write(f"Written to {options['output']}.\n")

    def _key(self, _: dict[str, Any]) -> None:
        try:
            self.stdout.write(signing.public_key_pem(), ending="")
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error

"""The `marie` command."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from marie.domain.people import Role
from marie.settings import BadSetting, Settings


def main() -> None:
    """Entry point of `marie` and `python -m marie`."""
    arguments = _parser().parse_args()
    try:
        sys.exit(_obey(arguments, Settings.from_env(os.environ)))
    except BadSetting as error:
        sys.exit(f"Réglage refusé. {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="marie", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("run", help="start everything on this machine (what `make run` calls)")
    commands.add_parser("serve", help="the web application alone")
    commands.add_parser("migrate", help="bring the database up to date and fill it")
    train = commands.add_parser("train", help="train the model if it is missing or stale")
    train.add_argument(
        "--candidate", action="store_true", help="train apart, compare, refuse what is worse"
    )
    train.add_argument("--dialogues", action="store_true", help="compare whole dialogues, too")
    models = commands.add_parser("models", help="trained models with their figures")
    choose = models.add_subparsers(dest="models_command", metavar="command")
    choose.add_parser("promote", help="use a model from now on").add_argument("name")
    choose.add_parser("rollback", help="use the model before again")
    commands.add_parser("doctor", help="what is wrong with this installation, and what to do")
    say = commands.add_parser("say", help="how one sentence is understood and answered")
    say.add_argument("text")
    commands.add_parser("chat", help="talk with the running Marie in the terminal")
    evaluate = commands.add_parser("evaluate", help="how well held-out questions are understood")
    evaluate.add_argument(
        "--recipe",
        choices=("marie", "default"),
        default="marie",
        help="default: Rasa's own recipe on the same examples (hours of training)",
    )
    evaluate.add_argument("--model", type=Path, help="a trained archive, instead of this tree's")
    evaluate.add_argument(
        "--dialogues", action="store_true", help="then play tests/dialogues through the gateway"
    )
    user = commands.add_parser("user", help="accounts of the staff").add_subparsers(
        dest="user_command", required=True, metavar="command"
    )
    add = user.add_parser("add", help="add an account")
    add.add_argument("username")
    add.add_argument("--name", help="name that visitors see")
    add.add_argument(
        "--role",
        type=Role,
        choices=list(Role),
        default=Role.COUNSELLOR,
        metavar="ROLE",
        help="counsellor, supervisor or administrator",
    )
    add.add_argument("--organization", help="promis, collectif, inici, …")
    add.add_argument("--email", help="where notices go")
    add.add_argument("--password", help="else a one-time password is made and printed")
    from marie.cli import backup_arguments, import_arguments

    import_arguments.add(commands.add_parser("import", help="the directory's publishers' files"))
    links = commands.add_parser("check-links", help="which links that Marie gives are dead")
    links.add_argument(
        "--every", type=int, default=7, metavar="DAYS", help="ask again after this long (7)"
    )
    knowledge = commands.add_parser("knowledge", help="what Marie knows").add_subparsers(
        dest="knowledge_command", required=True, metavar="command"
    )
    knowledge.add_parser("check", help="check every file of knowledge/")
    for name, words in (
        ("push", "make drafts of what the files say otherwise"),
        ("pull", "write what is published into the files"),
    ):
        files = knowledge.add_parser(name, help=words)
        files.add_argument("folder", type=Path, nargs="?", help="else the folder that Marie reads")
    program = commands.add_parser("check-program", help="what is wrong in a programme's file")
    program.add_argument("file", type=Path)
    backup_arguments.add_backup(
        commands.add_parser("backup", help="all that cannot be made again, checked")
    )
    backup_arguments.add_restore(
        commands.add_parser("restore", help="a backup into an empty place")
    )
    purge = commands.add_parser("purge", help="delete what was kept long enough (a job does, too)")
    purge.add_argument("--dry-run", action="store_true", help="say what would go, delete nothing")
    return parser


def _obey(arguments: argparse.Namespace, settings: Settings) -> int:
    # Each command imports what it needs: `marie --help` answers at once.
    match arguments.command:
        case "run":
            from marie.cli.run import run

            asyncio.run(run(settings))
        case "serve":
            import uvloop

            from marie.cli.serve import serve

            # A seventh less time a turn than with asyncio's own loop (docs/measurements.md).
            asyncio.Runner(loop_factory=uvloop.new_event_loop).run(serve(settings))
        case "migrate":
            from marie.cli.prepare import prepare

            password = asyncio.run(prepare(settings))
            if password is not None:
                print(f"Compte «\u00a0admin\u00a0», mot de passe à changer\u00a0: {password}")
        case "say":
            from marie.cli.say import say

            asyncio.run(say(settings, arguments.text))
        case "chat":
            from marie.cli.chat import chat

            asyncio.run(chat(settings))
        case "evaluate":
            from marie.cli.evaluate import evaluate

            return evaluate(
                settings,
                recipe=arguments.recipe,
                model=arguments.model,
                dialogues=arguments.dialogues,
            )
        case "user":
            from marie.cli.users import add

            return asyncio.run(
                add(
                    settings,
                    username=arguments.username,
                    name=arguments.name,
                    role=arguments.role,
                    organization=arguments.organization,
                    password=arguments.password,
                    email=arguments.email,
                )
            )
        case "import":
            from marie.cli.imports import import_

            return asyncio.run(import_(settings, arguments))
        case "check-links":
            from marie.cli.links import check_links

            return asyncio.run(check_links(settings, arguments.every))
        case "backup" | "restore" | "models" | "train":
            return _keep(arguments, settings)
        case "check-program" | "knowledge" | "doctor" | "purge":
            return _check(arguments, settings)
    return 0


def _train(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.candidate:
        from marie.cli.models import train_candidate

        return train_candidate(settings, dialogues=arguments.dialogues)
    from marie.cli.run import trained_model

    print(trained_model(settings))
    return 0


def _keep(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.command == "train":
        return _train(arguments, settings)
    if arguments.command == "models":
        from marie.cli import models

        match arguments.models_command:
            case "promote":
                return models.promote(settings, arguments.name)
            case "rollback":
                return models.roll_back(settings)
        return models.list_models(settings)
    from marie.cli import backup

    act = backup.backup if arguments.command == "backup" else backup.restore
    return asyncio.run(act(settings, arguments))


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.command == "doctor":
        from marie.cli.doctor import doctor

        return asyncio.run(doctor(settings))
    if arguments.command == "purge":
        from marie.cli.purge import purge

        return asyncio.run(purge(settings, dry_run=arguments.dry_run))
    if arguments.command == "check-program":
        from marie.cli.programs import check_program

        return check_program(settings, arguments.file)
    if arguments.knowledge_command in {"push", "pull"}:
        from marie.cli import publications

        act = publications.push if arguments.knowledge_command == "push" else publications.pull
        return asyncio.run(act(settings, arguments.folder))
    from marie.cli.knowledge import check

    return check(settings)


if __name__ == "__main__":
    main()

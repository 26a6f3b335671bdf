"""`marie user add`: an account for a member of the staff."""

from __future__ import annotations

import secrets

from sqlalchemy.exc import DBAPIError, IntegrityError

from marie import clock
from marie.domain.people import BadAccount, Role, WeakPassword
from marie.services import accounts
from marie.services.invitations import checked_email
from marie.settings import Settings
from marie.store.engine import Database, create_engine


async def add(
    settings: Settings,
    *,
    username: str,
    name: str | None,
    role: Role,
    organization: str | None,
    password: str | None,
    email: str | None = None,
) -> int:
    """Add the account; without a password a one-time one is made and printed. Exit code."""
    if not username.strip():
        print("Il faut un nom d’utilisateur.")
        return 1
    try:
        email = checked_email(email or "")
    except BadAccount:
        print("Ce n’est pas une adresse de courriel.")
        return 1
    engine = create_engine(settings.database_url)
    given = password or "-".join(secrets.token_hex(3) for _ in range(3))
    try:
        staff = await accounts.create(
            Database(engine),
            username=username,
            name=name or username,
            role=role,
            organization=organization,
            password=given,
            must_change_password=password is None,
            email=email,
            clock=clock.now,
        )
    except WeakPassword:
        print(f"Le mot de passe doit avoir au moins {accounts.MIN_PASSWORD} caractères.")
        return 1
    except IntegrityError:
        print("Ce nom d’utilisateur existe déjà, ou cette organisation n’existe pas.")
        return 1
    except DBAPIError:
        print("La base de données n’est pas prête. Lancez d’abord «\u00a0marie migrate\u00a0».")
        return 1
    finally:
        await engine.dispose()
    print(f"Compte «\u00a0{staff.username}\u00a0» ajouté ({staff.role.value}).")
    if password is None:
        print(f"Mot de passe à changer à la première connexion\u00a0: {given}")
    return 0

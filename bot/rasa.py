"""Rasa's command line without TensorFlow: `python -m bot.rasa run …`.

Rasa imports all components that it ships, and with them TensorFlow: five seconds and 350 MB of
which Marie's pipeline uses nothing. Here the modules that need it are empty: each name imported
from one is a class that does nothing. A recipe with one of Rasa's own components is run by
`python -m rasa`; here Rasa says that it cannot find the component.

This holds for one version of Rasa. With another one, all of Rasa is imported as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from types import ModuleType

RASA_VERSION = "3.6.21"

EMPTY = frozenset(
    {
        # The list of what Rasa ships, imported to be registered.
        "rasa.engine.recipes.default_components",
        # Looked for in a recipe, to warn of what does not go together.
        "rasa.core.policies.ted_policy",
        "rasa.nlu.classifiers.diet_classifier",
        "rasa.nlu.selectors.response_selector",
        # What networks are trained with, and a setting of TensorFlow's from the environment.
        "rasa.utils.tensorflow.environment",
        "rasa.utils.tensorflow.model_data",
        "rasa.utils.tensorflow.model_data_utils",
        "rasa.utils.train_utils",
        # What draws the figures of a test, with matplotlib.
        "rasa.utils.plotting",
    }
)


class EmptyModule(ModuleType):
    """A module with a class for every name."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(self, name, type(name, (), {"__module__": self.__name__}))
        found: type = self.__dict__[name]
        return found


class EmptyModules(MetaPathFinder, Loader):
    """Finds `EMPTY` before Python looks at the files."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As the base class."""
        return ModuleSpec(name, self) if name in EMPTY else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """As the base class."""
        return EmptyModule(spec.name)

    def exec_module(self, _module: ModuleType) -> None:
        """There is nothing to run."""


def install() -> bool:
    """Let Rasa be imported without TensorFlow, if it is the known version; before its import."""
    known = version("rasa") == RASA_VERSION
    if known:
        sys.meta_path.insert(0, EmptyModules())
    return known


if __name__ == "__main__":
    install()
    import_module("rasa.__main__").main()

"""A resource as those outside are told it: the contract's fields, its region's name, its map."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from marie.knowledge.places import Gazetteer
from marie.knowledge.resources import Resource


def region_name(resource: Resource, gazetteer: Gazetteer) -> str | None:
    """« Bas-Saint-Laurent » for region "01"; None for what serves all of Québec."""
    if resource.region is None:
        return None
    region = gazetteer.get(f"region:{resource.region}")
    return None if region is None else region.name


def map_url(resource: Resource) -> str | None:
    """OpenStreetMap at the resource's point, else a search for its address or its name and town."""
    if resource.lat is not None and resource.lon is not None:
        point = f"{resource.lat:.4f}/{resource.lon:.4f}"
        marker = f"mlat={resource.lat:.4f}&mlon={resource.lon:.4f}"
        return f"https://www.openstreetmap.org/?{marker}#map=16/{point}"
    if resource.municipality is None:
        return None
    asked = resource.address or f"{resource.name}, {resource.municipality}"
    return f"https://www.openstreetmap.org/search?query={quote(asked)}"


def to_json(
    resource: Resource, distance_km: float | None, gazetteer: Gazetteer, *, stale: bool = False
) -> dict[str, Any]:
    """A resource as the contract shows it (`resources[]` of a message).

    More than the contract asks for: `email`, `hours`, `cost`, `description`, `places` (those on
    a daycare's permit), `published` (the source's edition) and `stale` (check before you go).
    """
    source = resource.source
    places = {
        "total": resource.capacity,
        "infants": resource.infants,
        "subsidized": resource.subsidized,
    }
    return {
        "id": resource.id,
        "name": resource.name,
        "kind": resource.kind,
        "municipality": resource.municipality,
        "region": region_name(resource, gazetteer),
        "address": resource.address,
        "phone": resource.phone,
        "url": resource.url,
        "distance_km": None if distance_km is None else round(distance_km, 1),
        "read_on": source.read_on.isoformat() if source.read_on else None,
        "verified_on": source.verified_on.isoformat() if source.verified_on else None,
        "source": source.title,
        "map_url": map_url(resource),
        "email": resource.email,
        "hours": resource.hours,
        "cost": resource.cost,
        "description": resource.description,
        "places": places if resource.capacity is not None else None,
        "published": source.published,
        "stale": stale,
    }

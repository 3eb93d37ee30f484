"""A viewer is deleted, and then the organisation's files are searched for what was said of them.

Every kind of call that takes an address, a place or a device is made with a request id, so that its reply is kept.
After DeleteViewer the files are searched as they are, and after SIGTERM, when the WAL has been emptied.
"""

from __future__ import annotations

import os

import usher

from harness import DEMO, Lab, Server

MARKS = {
    "e-mail": "anna.forgetme@example.org",
    "ip": "203.0.113.77",
    "device": "Annas Fernseher",
    "street": "Vergissmeinnichtweg 7",
}


def attack(lab: Lab) -> dict[str, object]:
    with lab.server() as server:
        with server.client() as client:
            populate(server, client)
            before = found(server)
            client.catalog.delete_viewer(viewer_id="anna", request_id="delete")
            sessions = client.access.list_sessions().sessions
            listed = [s.session_id for s in sessions if s.ip or s.device or s.country]
            try:
                viewer = {"viewer_id": "anna", "email": MARKS["e-mail"]}
                client.catalog.create_viewer(viewer=viewer, request_id="create")
                repetition = "told again"
            except usher.Refused as error:
                repetition = error.reason
            live = in_tables(server)
        server.stop()
        return {
            "found before": before,
            "in the journal, the kept replies or the tables after": live,
            "found in the files after": found(server),
            "sessions that tell": len(listed),
            "a repetition is told": repetition,
        }


def populate(server: Server, client: usher.Client) -> None:
    with server.operator() as operator:
        operator.organisations.update_organisation(
            organisation={"organisation_id": DEMO, "purchasable_vouchers_enabled": True},
            update_mask={"paths": ["purchasable_vouchers_enabled"]},
        )
    client.catalog.create_viewer(viewer={"viewer_id": "anna", "email": MARKS["e-mail"]}, request_id="create")
    client.access.grant_access(viewer_id="anna", asset_id="event", request_id="grant")
    client.organisations.update_settings(
        settings={"single_ip_protection": True}, update_mask={"paths": ["single_ip_protection"]}
    )
    started = client.access.start_playback(
        viewer_id="anna", asset_id="event", ip=MARKS["ip"], country="LI", device=MARKS["device"], request_id="play"
    )
    client.access.record_playback(session_id=started.session.session_id, position_seconds=60, request_id="heartbeat")
    client.access.end_playback(session_id=started.session.session_id, request_id="end")
    voucher = client.vouchers.create_voucher(voucher={"code": "GUESTS"})
    client.vouchers.add_voucher_emails(voucher_id=voucher.voucher_id, emails=[MARKS["e-mail"]], request_id="list")
    client.catalog.create_package(
        package={
            "package_id": "print", "title": "Print", "asset_ids": ["event"], "print_product": True,
            "voucher_purchase_enabled": True,
        }
    )
    client.catalog.create_payment_period(
        payment_period={
            "payment_period_id": "month", "package_id": "print", "type": "PAYMENT_PERIOD_TYPE_LIMITED",
            "length": {"unit": "CALENDAR_UNIT_MONTH", "length": 1},
            "price": {"currency_code": "SEK"}, "enabled": True,
        }
    )
    placed = client.vouchers.place_voucher_order(
        payment_period_id="month", quantity=1, purchaser_id="anna", payment_method="VOUCHER_PAYMENT_METHOD_FREE"
    )
    client.vouchers.redeem_voucher(
        code=placed.vouchers[0].code,
        viewer_id="anna",
        delivery_address={
            "name": "Anna", "street": MARKS["street"], "postcode": "12345", "city": "Vaduz", "country": "LI",
        },
        request_id="redeem",
    )
    for export in client.subscriptions.list_subscription_exports().exports:
        client.subscriptions.acknowledge_subscription_export(export_id=export.export_id, request_id="acknowledge")
    client.catalog.deactivate_viewer(viewer_id="anna", reason=f"wrote from {MARKS['e-mail']}", request_id="deactivate")


def folder(server: Server) -> str:
    return os.path.join(server.data, "organisations", DEMO)


def found(server: Server) -> list[str]:
    data = b""
    for name in sorted(os.listdir(folder(server))):
        with open(os.path.join(folder(server), name), "rb") as file:
            data += file.read()
    return [name for name, mark in MARKS.items() if mark.encode() in data]


def in_tables(server: Server) -> list[str]:
    """What a reader of the tables sees while the server runs."""
    import sqlite3

    hits = set()
    database = sqlite3.connect(f"file:{os.path.join(folder(server), 'usher.sqlite')}?mode=ro", uri=True)
    try:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    content = value if isinstance(value, bytes) else str(value).encode()
                    hits |= {f"{table}: {name}" for name, mark in MARKS.items() if mark.encode() in content}
    finally:
        database.close()
    return sorted(hits)

"""`selaras recon`: how the shops compared with what they should show."""

import json

from daemon.mirror.store import only_instance


def test_before_the_first_sync_nothing_was_compared(selaras, house):
    done = selaras("recon", "-c", house.config)
    assert done.exit_code == 1
    assert "selaras recon --now" in done.stderr
    assert not house.mirror.exists()


def test_with_now_a_full_cycle_is_run_and_its_comparison_shown(selaras, filled):
    sku = filled.goods(1)[0]
    filled.order(sku, 2)
    done = selaras("recon", "--now", "-c", filled.config)
    assert done.exit_code == 0
    assert "50 produk dicocokkan" in done.stdout
    assert sku in done.stdout
    assert selaras("recon", "-c", filled.config).stdout == done.stdout


def test_json_counts_every_outcome_and_names_what_differs(selaras, filled):
    sku = filled.goods(1)[0]
    filled.order(sku, 2)
    found = json.loads(selaras("recon", "--now", "--json", "-c", filled.config).stdout)
    assert (found["checked"], found["equal"], found["explained"], found["unread"]) == (50, 49, 1, 0)
    ((line),) = found["lines"]
    assert (line["sku"], line["outcome"], line["shown"]) == (sku, "explained", line["expected"])


def test_now_is_refused_while_the_service_runs_and_the_last_comparison_is_told(selaras, filled):
    with only_instance(filled.folder / ".selaras"):
        assert selaras("recon", "--now", "-c", filled.config).exit_code == 1
        assert selaras("recon", "-c", filled.config).exit_code == 0

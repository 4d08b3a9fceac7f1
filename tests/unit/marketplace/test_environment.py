"""The environment is read once, whole, and says everything that is wrong with it at the same time."""

from __future__ import annotations

from fractions import Fraction

import pytest

from marketplace.config.env import EnvironmentInvalid, describe, read

SECRET = {"OFFCUT_SECRET_KEY": "x" * 50}
BUCKET = {
    "OFFCUT_STORAGE": "s3",
    "OFFCUT_S3_ENDPOINT": "http://127.0.0.1:8333/",
    "OFFCUT_S3_BUCKET": "footage",
    "OFFCUT_S3_ACCESS_KEY": "key",
    "OFFCUT_S3_SECRET_KEY": "secret",
}


def test_without_any_variable_files_are_kept_under_the_home() -> None:
    env = read(SECRET)
    assert env.keeping.s3 is None
    assert env.scratch_root == env.home / "scratch"
    assert env.keeping.hot_price == Fraction("0.276")


def test_a_bucket_is_described_by_its_variables() -> None:
    s3 = read({**SECRET, **BUCKET, "OFFCUT_S3_PREFIX": "/site/a/"}).keeping.s3
    assert s3 is not None
    assert (s3.endpoint, s3.public_endpoint) == ("http://127.0.0.1:8333",) * 2
    assert (s3.prefix, s3.region, s3.cold_class) == ("site/a", "us-east-1", "GLACIER_IR")


def test_everything_wrong_is_said_at_once() -> None:
    wrong = {"OFFCUT_STORAGE": "s3", "OFFCUT_S3_ENDPOINT": "seaweedfs:8333", "OFFCUT_HOT_PRICE": "0,27"}
    with pytest.raises(EnvironmentInvalid) as found:
        read(wrong)
    told = str(found.value)
    names = ("SECRET_KEY", "S3_ENDPOINT", "HOT_PRICE", "S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY")
    assert [name for name in names if f"OFFCUT_{name}" not in told] == []


def test_nobody_is_believed_about_addresses_unless_named() -> None:
    assert read(SECRET).trusted_proxies == ()
    env = read({**SECRET, "OFFCUT_TRUSTED_PROXIES": "172.16.0.0/12, 192.0.2.1"})
    assert [str(network) for network in env.trusted_proxies] == ["172.16.0.0/12", "192.0.2.1/32"]
    with pytest.raises(EnvironmentInvalid, match="OFFCUT_TRUSTED_PROXIES"):
        read({**SECRET, "OFFCUT_TRUSTED_PROXIES": "172.16.0.1/12"})
    with pytest.raises(EnvironmentInvalid, match="OFFCUT_TRUSTED_PROXIES"):
        read({**SECRET, "OFFCUT_TRUSTED_PROXIES": "*"})


def test_a_class_from_which_nothing_can_be_read_at_once_is_refused() -> None:
    with pytest.raises(EnvironmentInvalid, match="OFFCUT_S3_COLD_CLASS"):
        read({**SECRET, **BUCKET, "OFFCUT_S3_COLD_CLASS": "DEEP_ARCHIVE"})


def test_what_must_stay_secret_is_marked_and_has_no_value_of_ours() -> None:
    marked = {variable.name for variable in describe() if variable.secret}
    assert {"OFFCUT_S3_ACCESS_KEY", "OFFCUT_S3_SECRET_KEY", "OFFCUT_SECRET_KEY", "DATABASE_URL"} <= marked
    assert {variable.default for variable in describe() if variable.secret} <= {None, ""}

"""`Client`: the whole API behind one object.

with Client("https://offcut.example", token) as client:
    results = client.uploads.send([Path("rushes")])
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from offcut.api_datasets import DatasetsApi
from offcut.api_library import AssetsApi, ClipsApi
from offcut.api_log import LogApi
from offcut.api_market import LicencesApi, OrdersApi, QuotesApi, SearchApi
from offcut.api_notices import NoticesApi
from offcut.api_releases import ReleasesApi
from offcut.api_rights import AgreementsApi, ClausesApi, DeskApi, EstimatesApi, TermsApi, UseCasesApi
from offcut.api_uploads import BatchesApi, UploadsApi
from offcut.errors import OffcutError
from offcut.models import Me, Session
from offcut.transport import Patience, Transport
from offcut.wire import decode


class Client:
    """One signed-in (or anonymous) connection to an Offcut server; safe to share between threads.

    `url` is the site's address, `token` an API token or None for the public part. Use it as a context manager.
    Every failure is an `OffcutError` with a stable code.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        language: str = "en",
        timeout_s: float = 60.0,
        patience: Patience | None = None,
    ) -> None:
        self.transport = Transport(url, token, language=language, timeout_s=timeout_s, patience=patience)
        self.uploads = UploadsApi(self.transport)
        self.batches = BatchesApi(self.transport)
        self.assets = AssetsApi(self.transport)
        self.clips = ClipsApi(self.transport)
        self.estimates = EstimatesApi(self.transport)
        self.clauses = ClausesApi(self.transport)
        self.terms = TermsApi(self.transport)
        self.agreements = AgreementsApi(self.transport)
        self.releases = ReleasesApi(self.transport)
        self.desk = DeskApi(self.transport)
        self.use_cases = UseCasesApi(self.transport)
        self.search = SearchApi(self.transport)
        self.quotes = QuotesApi(self.transport)
        self.orders = OrdersApi(self.transport)
        self.datasets = DatasetsApi(self.transport)
        self.licences = LicencesApi(self.transport)
        self.notices = NoticesApi(self.transport)
        self.log = LogApi(self.transport)

    @property
    def url(self) -> str:
        """The site's address."""
        return self.transport.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def sign_in(self, email: str, password: str, label: str = "offcut") -> Session:
        """Get a token with an e-mail address and a password, and use it from now on."""
        body = {"email": email, "password": password, "label": label}
        session = decode(Session, self.transport.json("POST", "auth/token", body=body), "auth/token")
        self.transport.token = session.token
        return session

    def me(self) -> Me:
        """Who the token speaks for."""
        return decode(Me, self.transport.json("GET", "me"), "me")

    def jwks(self) -> dict[str, Any]:
        """The server's public signing keys; an empty set where the server signs nothing."""
        try:
            document = self.transport.json("GET", "/.well-known/jwks.json")
        except OffcutError as error:
            if error.status == 404:
                return {"keys": []}
            raise
        return document if isinstance(document, dict) else {"keys": []}

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, key: str | None = None) -> Any:
        """Any API operation by method and path below /api/v1, as plain JSON."""
        return self.transport.json(method, path.removeprefix("/api/v1/").lstrip("/"), body=body, key=key)

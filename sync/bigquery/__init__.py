"""BigQuery behind the warehouse protocol, with Google's clients; nothing else imports google."""

from sync.bigquery.client import Clients, Settings
from sync.bigquery.warehouse import BigQueryWarehouse

__all__ = ["BigQueryWarehouse", "Clients", "Settings"]

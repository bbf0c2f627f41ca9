"""From a request to a table: requests, answers, schedule releases, agendas."""

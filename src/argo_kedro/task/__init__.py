"""Inside the pod: one task's nodes, run by stock Kedro."""

"""What needs no sandbox: functions and classes of the engine."""

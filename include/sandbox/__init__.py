"""The other side: simulated source systems that speak the real wire contracts.

A world generator makes the truth first, then lets each system see its own distorted part of it; the servers answer as
specified in CONTRACTS sections 1 to 3. Nothing here imports doisoat, and doisoat imports nothing from here.
"""

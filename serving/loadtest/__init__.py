"""Load on a running service: bounded, from this machine to this machine, and light on the processor.

    python -m serving.loadtest --port 3000 --scenario mixed --connections 8 --seconds 30

On two cores the load and the service share the processor, so what the load takes is missing in the figures. A loop on
aiohttp takes six times the processor time of this one, httpx a hundred times, and Locust is built on clients of that
kind; the light ones (wrk, k6) are not Python packages. So the core is our own: plain sockets and a selector, in a
process of its own.
"""

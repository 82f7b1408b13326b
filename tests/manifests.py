"""Small manifests that several tests use."""

BAD_POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
  - ip: 10.0.0.256
    hostnames: [db.internal]
  containers: [{name: web, image: web}]
"""
GOOD_POD = BAD_POD.replace(b"256", b"25")
WARNING_POD = GOOD_POD.replace(b"[db.internal]", b"[]")
INFO_POD = GOOD_POD.replace(b"10.0.0.25", b"2001:DB8::25")
SERVICE = b"""\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
"""

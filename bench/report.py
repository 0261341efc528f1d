def write(out, cases, command, took):
    import json
    json.dump([{"database":c.database,"size":c.size,"found":c.found,"notes":c.notes} for c in cases], open('/tmp/bench.json','w'), indent=1, ensure_ascii=False)

BEGIN TRANSACTION;
CREATE TABLE alerts (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  alert TEXT NOT NULL,
  text  TEXT NOT NULL,
  at    TEXT NOT NULL
);
INSERT INTO "alerts" VALUES(1,'oncall','1 queued waiting','2026-03-02T08:01:10.310527+00:00');
CREATE TABLE attempts (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  effect   INTEGER NOT NULL REFERENCES effects,
  step     TEXT NOT NULL,                 -- plan, send or settle
  began_at TEXT NOT NULL,
  ended_at TEXT,
  outcome  TEXT NOT NULL DEFAULT 'under way',
  error    TEXT NOT NULL DEFAULT '',
  message  TEXT NOT NULL DEFAULT ''
);
INSERT INTO "attempts" VALUES(1,1,'send','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','applied','','');
INSERT INTO "attempts" VALUES(2,2,'send','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','applied','','');
INSERT INTO "attempts" VALUES(3,3,'send','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','applied','','');
INSERT INTO "attempts" VALUES(4,4,'send','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','applied','','');
INSERT INTO "attempts" VALUES(5,5,'send','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','applied','','');
INSERT INTO "attempts" VALUES(6,6,'send','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','applied','','');
INSERT INTO "attempts" VALUES(7,7,'send','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','failed','RATE_LIMITED','scripted for mails.send');
INSERT INTO "attempts" VALUES(8,7,'send','2026-03-02T08:00:13.238328+00:00','2026-03-02T08:00:13.238328+00:00','failed','RATE_LIMITED','scripted for mails.send');
INSERT INTO "attempts" VALUES(9,7,'send','2026-03-02T08:00:27.763803+00:00','2026-03-02T08:00:27.763803+00:00','failed','RATE_LIMITED','scripted for mails.send');
INSERT INTO "attempts" VALUES(10,7,'send','2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00','failed','RATE_LIMITED','scripted for mails.send');
INSERT INTO "attempts" VALUES(11,8,'send','2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00','failed','GONE','scripted for stock.add');
INSERT INTO "attempts" VALUES(12,9,'send','2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00','unknown','TIMEOUT','scripted for refunds.send');
CREATE TABLE audits (                     -- runs that came to their end
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  audit      TEXT NOT NULL,
  mapping    TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at   TEXT NOT NULL,
  counts     TEXT NOT NULL
);
CREATE TABLE decisions (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  subject  TEXT NOT NULL,
  event    INTEGER NOT NULL REFERENCES events,
  round    INTEGER NOT NULL,
  cause    TEXT NOT NULL,                 -- event, or what made it be decided again: wake, answer, audit
  mapping  TEXT NOT NULL,
  version  TEXT NOT NULL,
  stage    TEXT,
  stale    BOOLEAN NOT NULL,
  decision TEXT NOT NULL,
  record   TEXT NOT NULL,
  answers  TEXT NOT NULL,
  as_of    TEXT NOT NULL,
  at       TEXT NOT NULL
);
INSERT INTO "decisions" VALUES(1,'r1',1,0,'event','returns 1.0.0 abcd1234','1','open',0,'{"entry":{"at":"2026-03-02T08:00:00+00:00","origin":null,"path":["open"],"version":"1"},"mapping":"returns 1.0.0 abcd1234","needs":[],"notes":[],"picks":{},"reviewed":["create","late","mail","note","picked","refund","stock"],"seen":{"watched":null},"stage":"open","stale":false,"stops":[],"subject":"r1","version":"1","wake_at":null,"wanted":[{"awaited":false,"body":{"order":"1","reason":"a"},"key":["r1"],"on_change":{"ending":"hold","reason":"already reported","team":"finance"},"operation":"shop.refunds.send","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"refund","starts":true,"trace":[],"undo":null,"verb":"do"},{"awaited":false,"body":{"name":"return","order":"1","text":"x"},"key":["r1"],"on_change":null,"operation":"shop.notes.set","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"note","starts":true,"trace":[],"undo":null,"verb":"keep"},{"awaited":false,"body":{"at":"2026-03-02T08:00:00+00:00","quantity":2,"sku":"A"},"key":["r1","A"],"on_change":null,"operation":"shop.stock.add","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"stock","starts":true,"trace":[],"undo":null,"verb":"keep"}]}','{"id":"r1","note":"x","refund":"a","stock":{"A":2},"version":1}','{}','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "decisions" VALUES(2,'r1',2,0,'event','returns 1.0.0 abcd1234','2','open',0,'{"entry":null,"mapping":"returns 1.0.0 abcd1234","needs":[],"notes":[],"picks":{},"reviewed":["create","late","mail","note","picked","refund","stock"],"seen":{"watched":null},"stage":"open","stale":false,"stops":[],"subject":"r1","version":"2","wake_at":null,"wanted":[{"awaited":false,"body":{"order":"1","reason":"b"},"key":["r1"],"on_change":{"ending":"hold","reason":"already reported","team":"finance"},"operation":"shop.refunds.send","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"refund","starts":true,"trace":[],"undo":null,"verb":"do"},{"awaited":false,"body":{"name":"return","order":"1","text":"y"},"key":["r1"],"on_change":null,"operation":"shop.notes.set","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"note","starts":true,"trace":[],"undo":null,"verb":"keep"},{"awaited":false,"body":{"at":"2026-03-02T08:00:00+00:00","quantity":5,"sku":"A"},"key":["r1","A"],"on_change":null,"operation":"shop.stock.add","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"stock","starts":true,"trace":[],"undo":null,"verb":"keep"},{"awaited":false,"body":{"at":"2026-03-02T08:00:00+00:00","quantity":1,"sku":"B"},"key":["r1","B"],"on_change":null,"operation":"shop.stock.add","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"stock","starts":true,"trace":[],"undo":null,"verb":"keep"}]}','{"id":"r1","note":"y","refund":"b","stock":{"A":5,"B":1},"version":2}','{}','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "decisions" VALUES(3,'r2',3,0,'event','returns 1.0.0 abcd1234','1','open',0,'{"entry":{"at":"2026-03-02T08:00:00+00:00","origin":null,"path":["open"],"version":"1"},"mapping":"returns 1.0.0 abcd1234","needs":[],"notes":[],"picks":{},"reviewed":["create","late","mail","note","picked","refund","stock"],"seen":{"watched":null},"stage":"open","stale":false,"stops":[],"subject":"r2","version":"1","wake_at":null,"wanted":[{"awaited":false,"body":{"text":"hello"},"key":["r2"],"on_change":{"ending":"hold","reason":"already reported","team":"finance"},"operation":"shop.mails.send","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"mail","starts":true,"trace":[],"undo":null,"verb":"do"}]}','{"id":"r2","mail":"hello","version":1}','{}','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "decisions" VALUES(4,'r3',4,0,'event','returns 1.0.0 abcd1234','1','open',0,'{"entry":{"at":"2026-03-02T08:01:10.310527+00:00","origin":null,"path":["open"],"version":"1"},"mapping":"returns 1.0.0 abcd1234","needs":[],"notes":[],"picks":{},"reviewed":["create","late","mail","note","picked","refund","stock"],"seen":{"watched":null},"stage":"open","stale":false,"stops":[],"subject":"r3","version":"1","wake_at":null,"wanted":[{"awaited":false,"body":{"at":"2026-03-02T08:01:10.310527+00:00","quantity":3,"sku":"C"},"key":["r3","C"],"on_change":null,"operation":"shop.stock.add","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"stock","starts":true,"trace":[],"undo":null,"verb":"keep"}]}','{"id":"r3","stock":{"C":3},"version":1}','{}','2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00');
INSERT INTO "decisions" VALUES(5,'r4',5,0,'event','returns 1.0.0 abcd1234','1',NULL,0,'{"entry":null,"mapping":"returns 1.0.0 abcd1234","needs":[],"notes":[],"picks":{},"reviewed":[],"seen":{},"stage":null,"stale":false,"stops":[{"because":[],"key":[],"outcome":{"ending":"hold","reason":"look at this","team":"desk"},"place":{"column":1,"file":"returns.rmap","line":12},"rule":"refund"}],"subject":"r4","version":"1","wake_at":null,"wanted":[]}','{"id":"r4","status":"hold","version":1}','{}','2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00');
INSERT INTO "decisions" VALUES(6,'r5',6,0,'event','returns 1.0.0 abcd1234','1','open',0,'{"entry":{"at":"2026-03-02T08:01:10.310527+00:00","origin":null,"path":["open"],"version":"1"},"mapping":"returns 1.0.0 abcd1234","needs":[],"notes":[],"picks":{},"reviewed":["create","late","mail","note","refund","stock"],"seen":{"watched":null},"stage":"open","stale":false,"stops":[{"because":[],"key":[],"outcome":{"ending":"fail","reason":"UNAVAILABLE: scripted for orders.get","team":""},"place":{"column":1,"file":"returns.rmap","line":12},"rule":"picked"}],"subject":"r5","version":"1","wake_at":null,"wanted":[]}','{"id":"r5","order":"4711","version":1}','{"shop.orders.get(4711)":{"claimed":[],"error":"UNAVAILABLE: scripted for orders.get","outcome":{"ending":"fail","reason":"UNAVAILABLE: scripted for orders.get","team":""},"queue":"failed","value":null}}','2026-03-02T08:01:10.310527+00:00','2026-03-02T08:02:20.621054+00:00');
INSERT INTO "decisions" VALUES(7,'r6',7,0,'event','returns 1.0.0 abcd1234','1','open',0,'{"entry":{"at":"2026-03-02T08:02:20.621054+00:00","origin":null,"path":["open"],"version":"1"},"mapping":"returns 1.0.0 abcd1234","needs":[],"notes":[],"picks":{},"reviewed":["create","late","mail","note","picked","refund","stock"],"seen":{"watched":null},"stage":"open","stale":false,"stops":[],"subject":"r6","version":"1","wake_at":null,"wanted":[{"awaited":false,"body":{"order":"1","reason":"later"},"key":["r6"],"on_change":{"ending":"hold","reason":"already reported","team":"finance"},"operation":"shop.refunds.send","place":{"column":1,"file":"returns.rmap","line":12},"policy":{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"},"rule":"refund","starts":true,"trace":[],"undo":null,"verb":"do"}]}','{"id":"r6","refund":"later","version":1}','{}','2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00');
INSERT INTO "decisions" VALUES(8,'r7',8,0,'event','returns 1.0.0 abcd1234','1','open',0,'{"entry":{"at":"2026-03-02T08:02:20.621054+00:00","origin":null,"path":["open"],"version":"1"},"mapping":"returns 1.0.0 abcd1234","needs":[],"notes":[],"picks":{},"reviewed":["create","late","mail","note","picked","refund","stock"],"seen":{"watched":null},"stage":"open","stale":false,"stops":[],"subject":"r7","version":"1","wake_at":"2037-07-29T00:02:20.621054+00:00","wanted":[]}','{"hours":100000,"id":"r7","version":1}','{}','2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00');
CREATE TABLE effects (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  entry      INTEGER NOT NULL REFERENCES ledger,
  subject    TEXT NOT NULL,
  decision   INTEGER NOT NULL REFERENCES decisions,
  mapping    TEXT NOT NULL,
  identity   TEXT NOT NULL,               -- calls for the same thing go one after the other
  undo       BOOLEAN NOT NULL DEFAULT FALSE,
  body       TEXT NOT NULL,
  policy     TEXT NOT NULL,
  state      TEXT NOT NULL DEFAULT 'waiting',
  unsettled  BOOLEAN NOT NULL DEFAULT FALSE,  -- an earlier try may have had its effect
  plan       TEXT,
  counts     TEXT NOT NULL DEFAULT '{}',
  due_at     TEXT NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0,
  queue      TEXT NOT NULL DEFAULT '',
  error      TEXT NOT NULL DEFAULT '',
  answer     TEXT,
  wanted_at  TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  resumed    INTEGER NOT NULL DEFAULT 0   -- how often it left its queue by itself after an outage
);
INSERT INTO "effects" VALUES(1,1,'r1',1,'returns 1.0.0 abcd1234','',0,'{"order":"1","reason":"a"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}','applied',0,'null','{}','2026-03-02T08:00:00.000000+00:00',1,'','',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00',0);
INSERT INTO "effects" VALUES(2,2,'r1',1,'returns 1.0.0 abcd1234','{"order": "1", "name": "return"}',0,'{"name":"return","order":"1","text":"x"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}','applied',0,'null','{}','2026-03-02T08:00:00.000000+00:00',1,'','',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00',0);
INSERT INTO "effects" VALUES(3,3,'r1',1,'returns 1.0.0 abcd1234','{"sku": "A"}',0,'{"at":"2026-03-02T08:00:00+00:00","quantity":2,"sku":"A"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}','applied',0,'null','{}','2026-03-02T08:00:00.000000+00:00',1,'','',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00',0);
INSERT INTO "effects" VALUES(4,2,'r1',2,'returns 1.0.0 abcd1234','{"order": "1", "name": "return"}',0,'{"name":"return","order":"1","text":"y"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}','applied',0,'null','{}','2026-03-02T08:00:00.000000+00:00',1,'','',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00',0);
INSERT INTO "effects" VALUES(5,3,'r1',2,'returns 1.0.0 abcd1234','{"sku": "A"}',0,'{"at":"2026-03-02T08:00:00+00:00","quantity":3,"sku":"A"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}','applied',0,'null','{}','2026-03-02T08:00:00.000000+00:00',1,'','',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00',0);
INSERT INTO "effects" VALUES(6,4,'r1',2,'returns 1.0.0 abcd1234','{"sku": "B"}',0,'{"at":"2026-03-02T08:00:00+00:00","quantity":1,"sku":"B"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}','applied',0,'null','{}','2026-03-02T08:00:00.000000+00:00',1,'','',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00',0);
INSERT INTO "effects" VALUES(7,5,'r2',3,'returns 1.0.0 abcd1234','',0,'{"text":"hello"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}','queued',0,'null','{"1":3}','2026-03-02T08:01:10.310527+00:00',4,'failed','RATE_LIMITED: scripted for mails.send',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:01:10.310527+00:00',0);
INSERT INTO "effects" VALUES(8,6,'r3',4,'returns 1.0.0 abcd1234','{"sku": "C"}',0,'{"at":"2026-03-02T08:01:10.310527+00:00","quantity":3,"sku":"C"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}','held',0,'null','{}','2026-03-02T08:01:10.310527+00:00',1,'','GONE: scripted for stock.add',NULL,'2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00',0);
INSERT INTO "effects" VALUES(9,7,'r6',7,'returns 1.0.0 abcd1234','',0,'{"order":"1","reason":"later"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}','waiting',1,'null','{"0":1}','2026-03-02T08:02:33.859382+00:00',1,'','TIMEOUT: scripted for refunds.send',NULL,'2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00',0);
CREATE TABLE events (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  system      TEXT NOT NULL,
  identity    TEXT NOT NULL,              -- the platform's event id, or a hash of the content
  digest      TEXT NOT NULL,              -- hash of the content
  kind        TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  subject     TEXT NOT NULL,
  raw         BLOB NOT NULL,
  snapshot    TEXT NOT NULL,
  happened_at TEXT,
  received_at TEXT NOT NULL,
  as_of       TEXT NOT NULL,              -- the `now` of its decision
  due_at      TEXT NOT NULL,
  round       INTEGER NOT NULL DEFAULT 0, -- replays so far
  state       TEXT NOT NULL DEFAULT 'waiting',
  reason      TEXT NOT NULL DEFAULT '',
  queue       TEXT NOT NULL DEFAULT '',
  mapping     TEXT NOT NULL DEFAULT '',
  ended_at    TEXT,
  repeats     INTEGER NOT NULL DEFAULT 0, -- how often it came again, and when last
  repeated_at TEXT,
  resumed     INTEGER NOT NULL DEFAULT 0, -- how often it left its queue by itself after an outage
  UNIQUE (system, identity)
);
INSERT INTO "events" VALUES(1,'desk','e1','8646e9e0bf0822baad5006a9930f03b58b75929370664a29a7edfaf1071a24c3','return_updated','e1','r1',X'6531207231','{}',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00',0,'done','','','returns 1.0.0 abcd1234','2026-03-02T08:00:00.000000+00:00',0,NULL,0);
INSERT INTO "events" VALUES(2,'desk','e2','8270056ad8b321e8855d25238ea752c896f4ce910ee614ec04699f68f927b56f','return_updated','e2','r1',X'6532207231','{}',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00',0,'done','','','returns 1.0.0 abcd1234','2026-03-02T08:00:00.000000+00:00',0,NULL,0);
INSERT INTO "events" VALUES(3,'desk','e3','c5746384a3b9f6cdddd51aef44e8b0a4aeaf67c2ad60e7d0a9d76078500e5a24','return_updated','e3','r2',X'6533207232','{}',NULL,'2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00','2026-03-02T08:00:00.000000+00:00',0,'done','','','returns 1.0.0 abcd1234','2026-03-02T08:00:00.000000+00:00',0,NULL,0);
INSERT INTO "events" VALUES(4,'desk','e4','cf003cff578346a23a2c4d59167ce5e7f034aa8666689b543f17be59f1c96efb','return_updated','e4','r3',X'6534207233','{}',NULL,'2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00',0,'done','','','returns 1.0.0 abcd1234','2026-03-02T08:01:10.310527+00:00',0,NULL,0);
INSERT INTO "events" VALUES(5,'desk','e5','a6f5e1abf87699accecf57b52520236ec1602abd3c540c5f9a9152b28a90d1a2','return_updated','e5','r4',X'6535207234','{}',NULL,'2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00',0,'done','','','returns 1.0.0 abcd1234','2026-03-02T08:01:10.310527+00:00',0,NULL,0);
INSERT INTO "events" VALUES(6,'desk','e6','4b192a6c56cc48460336054e6224e105e98c2dbae36b895f75371d9f661af5d7','return_updated','e6','r5',X'6536207235','{}',NULL,'2026-03-02T08:01:10.310527+00:00','2026-03-02T08:01:10.310527+00:00','2026-03-02T08:02:20.621054+00:00',0,'queued','UNAVAILABLE: scripted for orders.get','failed','returns 1.0.0 abcd1234','2026-03-02T08:02:20.621054+00:00',0,NULL,0);
INSERT INTO "events" VALUES(7,'desk','e7','db1b7ea14d0df00d226d20db140b48e0b3e5039def9cda36cfa2bf42b4a014a9','return_updated','e7','r6',X'6537207236','{}',NULL,'2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00',0,'done','','','returns 1.0.0 abcd1234','2026-03-02T08:02:20.621054+00:00',0,NULL,0);
INSERT INTO "events" VALUES(8,'desk','e8','6d0d0d8f3ad259cc61118aa4a3efcaff7cd0656d835fb13f8f68a784bbf25da3','return_updated','e8','r7',X'6538207237','{}',NULL,'2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00',0,'done','','','returns 1.0.0 abcd1234','2026-03-02T08:02:20.621054+00:00',0,NULL,0);
INSERT INTO "events" VALUES(9,'desk','e9','721624db9ea6c17a4a83729e61553fe0545d742d6fb25b0042e242b654e6a9d7','return_updated','e9','r8',X'6539207238','{}',NULL,'2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00',0,'waiting','','','',NULL,0,NULL,0);
CREATE TABLE holds (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  subject    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  rule       TEXT NOT NULL,
  key        TEXT NOT NULL,
  reason     TEXT NOT NULL,
  team       TEXT NOT NULL,
  place      TEXT NOT NULL,
  because    TEXT NOT NULL,
  effect     INTEGER NOT NULL DEFAULT 0,  -- the call that is held, when it is one
  mapping    TEXT NOT NULL,
  opened_at  TEXT NOT NULL,
  closed_at  TEXT,
  closed_why TEXT NOT NULL DEFAULT '',
  by_hand    BOOLEAN NOT NULL DEFAULT FALSE
);
INSERT INTO "holds" VALUES(1,'r1','correction','refund','["shop.refunds.send","r1"]','already reported','finance','returns.rmap:12','[{"kind":"ledger","place":null,"value":{"order":"1","reason":"a"},"what":"sent"},{"kind":"decision","place":null,"value":{"order":"1","reason":"b"},"what":"wanted now"}]',0,'returns 1.0.0 abcd1234','2026-03-02T08:00:00.000000+00:00',NULL,'',0);
INSERT INTO "holds" VALUES(2,'r3','effect','stock','["r3","C"]','adjust by hand: GONE: scripted for stock.add','operations','returns.rmap:12','[]',8,'returns 1.0.0 abcd1234','2026-03-02T08:01:10.310527+00:00',NULL,'',0);
INSERT INTO "holds" VALUES(3,'r4','decision','refund','[]','look at this','desk','returns.rmap:12','[]',0,'returns 1.0.0 abcd1234','2026-03-02T08:01:10.310527+00:00',NULL,'',0);
CREATE TABLE ledger (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  subject    TEXT NOT NULL,
  verb       TEXT NOT NULL,
  operation  TEXT NOT NULL,
  key        TEXT NOT NULL,
  rule       TEXT NOT NULL,
  place      TEXT NOT NULL,
  mapping    TEXT NOT NULL,
  decided_at TEXT NOT NULL,
  body       TEXT,                        -- the command last wanted; NULL: no longer wanted
  undo       TEXT,
  on_change  TEXT,
  policy     TEXT NOT NULL,
  awaited    BOOLEAN NOT NULL DEFAULT FALSE,  -- the subject is decided again once the platform has answered
  stands_for INTEGER REFERENCES ledger,   -- the entry this one was sent instead of
  UNIQUE (subject, rule, operation, key)
);
INSERT INTO "ledger" VALUES(1,'r1','do','shop.refunds.send','["r1"]','refund','{"column":1,"file":"returns.rmap","line":12}','returns 1.0.0 abcd1234','2026-03-02T08:00:00.000000+00:00','{"order":"1","reason":"b"}',NULL,'{"ending":"hold","reason":"already reported","team":"finance"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}',0,NULL);
INSERT INTO "ledger" VALUES(2,'r1','keep','shop.notes.set','["r1"]','note','{"column":1,"file":"returns.rmap","line":12}','returns 1.0.0 abcd1234','2026-03-02T08:00:00.000000+00:00','{"name":"return","order":"1","text":"y"}',NULL,NULL,'{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}',0,NULL);
INSERT INTO "ledger" VALUES(3,'r1','keep','shop.stock.add','["r1","A"]','stock','{"column":1,"file":"returns.rmap","line":12}','returns 1.0.0 abcd1234','2026-03-02T08:00:00.000000+00:00','{"at":"2026-03-02T08:00:00+00:00","quantity":5,"sku":"A"}',NULL,NULL,'{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}',0,NULL);
INSERT INTO "ledger" VALUES(4,'r1','keep','shop.stock.add','["r1","B"]','stock','{"column":1,"file":"returns.rmap","line":12}','returns 1.0.0 abcd1234','2026-03-02T08:00:00.000000+00:00','{"at":"2026-03-02T08:00:00+00:00","quantity":1,"sku":"B"}',NULL,NULL,'{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}',0,NULL);
INSERT INTO "ledger" VALUES(5,'r2','do','shop.mails.send','["r2"]','mail','{"column":1,"file":"returns.rmap","line":12}','returns 1.0.0 abcd1234','2026-03-02T08:00:00.000000+00:00','{"text":"hello"}',NULL,'{"ending":"hold","reason":"already reported","team":"finance"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}',0,NULL);
INSERT INTO "ledger" VALUES(6,'r3','keep','shop.stock.add','["r3","C"]','stock','{"column":1,"file":"returns.rmap","line":12}','returns 1.0.0 abcd1234','2026-03-02T08:01:10.310527+00:00','{"at":"2026-03-02T08:01:10.310527+00:00","quantity":3,"sku":"C"}',NULL,NULL,'{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}',0,NULL);
INSERT INTO "ledger" VALUES(7,'r6','do','shop.refunds.send','["r6"]','refund','{"column":1,"file":"returns.rmap","line":12}','returns 1.0.0 abcd1234','2026-03-02T08:02:20.621054+00:00','{"order":"1","reason":"later"}',NULL,'{"ending":"hold","reason":"already reported","team":"finance"}','{"arms":[{"on":["TIMEOUT"],"steps":[{"do":"check","instead":null,"name":"","reason":"","retry":null},{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["RATE_LIMITED","UNAVAILABLE"],"steps":[{"do":"retry","instead":null,"name":"","reason":"","retry":{"least":10,"most":60,"times":3}},{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]},{"on":["GONE"],"steps":[{"do":"hold","instead":null,"name":"operations","reason":"adjust by hand: {error}","retry":null}]},{"on":["HARMLESS"],"steps":[{"do":"skip","instead":null,"name":"","reason":"nothing to do","retry":null}]},{"on":[],"steps":[{"do":"queue","instead":null,"name":"failed","reason":"","retry":null},{"do":"alert","instead":null,"name":"oncall","reason":"","retry":null}]}],"name":"delivery"}',0,NULL);
CREATE TABLE moves (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  subject  TEXT NOT NULL,
  decision INTEGER NOT NULL REFERENCES decisions,
  origin   TEXT,
  path     TEXT NOT NULL,
  version  TEXT NOT NULL,
  at       TEXT NOT NULL
);
INSERT INTO "moves" VALUES(1,'r1',1,NULL,'["open"]','1','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "moves" VALUES(2,'r2',3,NULL,'["open"]','1','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "moves" VALUES(3,'r3',4,NULL,'["open"]','1','2026-03-02T08:01:10.310527+00:00');
INSERT INTO "moves" VALUES(4,'r5',6,NULL,'["open"]','1','2026-03-02T08:01:10.310527+00:00');
INSERT INTO "moves" VALUES(5,'r6',7,NULL,'["open"]','1','2026-03-02T08:02:20.621054+00:00');
INSERT INTO "moves" VALUES(6,'r7',8,NULL,'["open"]','1','2026-03-02T08:02:20.621054+00:00');
CREATE TABLE picks (
  unit     TEXT PRIMARY KEY,              -- a physical unit belongs to one subject at most
  subject  TEXT NOT NULL,
  place    TEXT NOT NULL,
  position INTEGER NOT NULL
);
CREATE TABLE reads (
  event     INTEGER NOT NULL REFERENCES events,
  round     INTEGER NOT NULL,
  key       TEXT NOT NULL,                -- scayle.orders.get(1001), or `record` for the newest record
  operation TEXT NOT NULL,
  answer    TEXT,                         -- NULL while it is retried, as is `error`
  error     TEXT,
  queue     TEXT NOT NULL,
  counts    TEXT NOT NULL,
  alerts    TEXT NOT NULL,
  at        TEXT NOT NULL,
  PRIMARY KEY (event, round, key)
);
INSERT INTO "reads" VALUES(1,0,'record','record','{"claimed":[],"error":"","outcome":null,"queue":"","value":{"id":"r1","note":"x","refund":"a","stock":{"A":2},"version":1}}','','','{}','[]','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "reads" VALUES(2,0,'record','record','{"claimed":[],"error":"","outcome":null,"queue":"","value":{"id":"r1","note":"y","refund":"b","stock":{"A":5,"B":1},"version":2}}','','','{}','[]','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "reads" VALUES(3,0,'record','record','{"claimed":[],"error":"","outcome":null,"queue":"","value":{"id":"r2","mail":"hello","version":1}}','','','{}','[]','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "reads" VALUES(4,0,'record','record','{"claimed":[],"error":"","outcome":null,"queue":"","value":{"id":"r3","stock":{"C":3},"version":1}}','','','{}','[]','2026-03-02T08:01:10.310527+00:00');
INSERT INTO "reads" VALUES(5,0,'record','record','{"claimed":[],"error":"","outcome":null,"queue":"","value":{"id":"r4","status":"hold","version":1}}','','','{}','[]','2026-03-02T08:01:10.310527+00:00');
INSERT INTO "reads" VALUES(6,0,'record','record','{"claimed":[],"error":"","outcome":null,"queue":"","value":{"id":"r5","order":"4711","version":1}}','','','{}','[]','2026-03-02T08:01:10.310527+00:00');
INSERT INTO "reads" VALUES(6,0,'shop.orders.get(4711)','shop.orders.get','{"claimed":[],"error":"UNAVAILABLE: scripted for orders.get","outcome":{"ending":"fail","reason":"UNAVAILABLE: scripted for orders.get","team":""},"queue":"failed","value":null}','UNAVAILABLE: scripted for orders.get','failed','{"1":3}','["oncall"]','2026-03-02T08:02:20.621054+00:00');
INSERT INTO "reads" VALUES(7,0,'record','record','{"claimed":[],"error":"","outcome":null,"queue":"","value":{"id":"r6","refund":"later","version":1}}','','','{}','[]','2026-03-02T08:02:20.621054+00:00');
INSERT INTO "reads" VALUES(8,0,'record','record','{"claimed":[],"error":"","outcome":null,"queue":"","value":{"hours":100000,"id":"r7","version":1}}','','','{}','[]','2026-03-02T08:02:20.621054+00:00');
CREATE TABLE rejected (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  system   TEXT NOT NULL,
  reason   TEXT NOT NULL,
  message  TEXT NOT NULL,
  event_id TEXT NOT NULL DEFAULT '',
  digest   TEXT NOT NULL,
  raw      BLOB NOT NULL,
  first_at TEXT NOT NULL,
  last_at  TEXT NOT NULL,
  times    INTEGER NOT NULL DEFAULT 1,
  UNIQUE (system, reason, event_id, digest)
);
INSERT INTO "rejected" VALUES(1,'desk','signature','the signature is wrong','','ccdd35168ab474fa5764a526cfb83621351e23682c5075b2e18d56bddf96aa30',X'666F72676564','2026-03-02T08:02:20.621054+00:00','2026-03-02T08:02:20.621054+00:00',1);
CREATE TABLE signals (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  alert  TEXT NOT NULL,                   -- empty: every alert that counts holds
  kind   TEXT NOT NULL,
  effect INTEGER,
  event  INTEGER,
  at     TEXT NOT NULL,
  taken  BOOLEAN NOT NULL DEFAULT FALSE
);
INSERT INTO "signals" VALUES(1,'','held',NULL,NULL,'2026-03-02T08:00:00.000000+00:00',1);
INSERT INTO "signals" VALUES(2,'oncall','queued',7,NULL,'2026-03-02T08:01:10.310527+00:00',1);
INSERT INTO "signals" VALUES(3,'','held',NULL,NULL,'2026-03-02T08:01:10.310527+00:00',1);
INSERT INTO "signals" VALUES(4,'','held',NULL,NULL,'2026-03-02T08:01:10.310527+00:00',1);
INSERT INTO "signals" VALUES(5,'oncall','queued',NULL,6,'2026-03-02T08:02:20.621054+00:00',1);
CREATE TABLE subjects (
  subject    TEXT PRIMARY KEY,
  version    TEXT NOT NULL,
  seen       TEXT NOT NULL,               -- the values that `changes` compares
  decided_at TEXT NOT NULL
);
INSERT INTO "subjects" VALUES('r1','2','{"watched":null}','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "subjects" VALUES('r2','1','{"watched":null}','2026-03-02T08:00:00.000000+00:00');
INSERT INTO "subjects" VALUES('r3','1','{"watched":null}','2026-03-02T08:01:10.310527+00:00');
INSERT INTO "subjects" VALUES('r4','1','{}','2026-03-02T08:01:10.310527+00:00');
INSERT INTO "subjects" VALUES('r5','1','{"watched":null}','2026-03-02T08:02:20.621054+00:00');
INSERT INTO "subjects" VALUES('r6','1','{"watched":null}','2026-03-02T08:02:20.621054+00:00');
INSERT INTO "subjects" VALUES('r7','1','{"watched":null}','2026-03-02T08:02:20.621054+00:00');
CREATE TABLE wakes (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  subject TEXT NOT NULL,
  cause   TEXT NOT NULL,                  -- wake (time passed), answer (an effect was answered), audit
  due_at  TEXT NOT NULL,
  as_of   TEXT,                           -- once it has begun: the `now` of its decision
  round   INTEGER                         -- and the round its reads belong to
);
INSERT INTO "wakes" VALUES(1,'r7','wake','2037-07-29T00:02:20.621054+00:00',NULL,NULL);
CREATE INDEX events_of_subject ON events (subject, seq);
CREATE INDEX events_by_state ON events (state, due_at);
CREATE INDEX reads_by_time ON reads (at);
CREATE INDEX subjects_by_time ON subjects (decided_at);
CREATE INDEX wakes_by_time ON wakes (due_at);
CREATE INDEX wakes_of_subject ON wakes (subject, id);
CREATE INDEX decisions_of_subject ON decisions (subject, id);
CREATE INDEX moves_of_subject ON moves (subject, id);
CREATE INDEX picks_of_subject ON picks (subject, place, position);
CREATE INDEX effects_by_change ON effects (state, changed_at);
CREATE INDEX effects_of_subject ON effects (subject, id);
CREATE INDEX effects_of_entry ON effects (entry, identity, id);
CREATE INDEX effects_by_state ON effects (state, due_at);
CREATE INDEX effects_unsettled ON effects (identity) WHERE unsettled;
CREATE INDEX attempts_of_effect ON attempts (effect, id);
CREATE UNIQUE INDEX holds_open ON holds (subject, kind, rule, key, effect) WHERE closed_at IS NULL;
CREATE INDEX holds_of_subject ON holds (subject, id);
CREATE INDEX holds_by_time ON holds (opened_at);
CREATE INDEX signals_by_kind ON signals (kind, alert, at);
CREATE INDEX signals_new ON signals (id) WHERE NOT taken;
CREATE INDEX audits_by_name ON audits (audit, started_at);
CREATE VIEW busy AS SELECT '' AS subject WHERE FALSE;
CREATE VIEW abandoned AS SELECT '' AS subject, '' AS due_at WHERE FALSE;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('events',9);
INSERT INTO "sqlite_sequence" VALUES('decisions',8);
INSERT INTO "sqlite_sequence" VALUES('moves',6);
INSERT INTO "sqlite_sequence" VALUES('ledger',7);
INSERT INTO "sqlite_sequence" VALUES('effects',9);
INSERT INTO "sqlite_sequence" VALUES('attempts',12);
INSERT INTO "sqlite_sequence" VALUES('wakes',1);
INSERT INTO "sqlite_sequence" VALUES('holds',3);
INSERT INTO "sqlite_sequence" VALUES('signals',5);
INSERT INTO "sqlite_sequence" VALUES('alerts',1);
INSERT INTO "sqlite_sequence" VALUES('rejected',1);
COMMIT;

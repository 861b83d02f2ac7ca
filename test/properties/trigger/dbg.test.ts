import { MemoryLists } from './lists';
it('x', async () => {
	const entries: number[] = Array.from({ length: 25 }, (_, i) => i + 1);
	const lists = new MemoryLists(() => [...entries].reverse().map((n) => ({ entity: 'C', entity_id: n, date_time: n > 25 ? '2026-02-10 09:00:01' : '2026-02-10 09:00:00' })));
	lists.pageSize = 2;
	lists.onRequest = (n) => { if (n === 3) for (let i = 26; i <= 50; i++) entries.push(i); };
	const r = await lists.reader.collect({ path: 'log', task: 't', branch: 1, body: {} }, {});
	console.log(lists.requests, r.isComplete, r.total, r.read, r.rows.map((x) => x.entity_id).join(' '));
});

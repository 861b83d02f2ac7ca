import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { Collector } from './support/receiver';
import { each, post, publishTrigger, startCollector, untilRegistered } from './support/receiver';
import { useRealN8n } from './support/real-n8n';

const real = useRealN8n({ customers: 60, settings: { now: '2026-02-10 12:00:00' } });
let collector: Collector;
beforeAll(async () => {
	collector = await startCollector();
});
afterAll(async () => await collector.close());

const PATIENCE = 120_000;
const SECRET = 'open-sesame';
const event = (entity_id: number, more: IDataObject = {}): IDataObject => ({
	branch_id: 1,
	event: 'update',
	entity: 'Customer',
	entity_id,
	fields_old: { study_status_id: 1 },
	fields_new: { study_status_id: 2 },
	fields_rel: [],
	user_id: 4,
	datetime: '2026-02-10 12:00:00',
	...more,
});
/** Every execution of a workflow, once none is running any more. */
async function finished(workflowId: string) {
	const deadline = Date.now() + 20_000;
	for (;;) {
		const executions = await real.client.listExecutions(workflowId);
		const isQuiet = executions.every(({ status }) => status === 'success' || status === 'error');
		if (isQuiet || Date.now() > deadline) return executions.map(({ status }) => status);
		await sleep(200);
	}
}
const nameOf = (item: IDataObject) =>
	`${String(item.event)} ${String(item.entity)} ${String(item.entity_id)}`;

/** Numbers from 0 to below 1, the same ones in each run. */
function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
		return state / 2 ** 32;
	};
}

describe('1,000 deliveries, a tenth of them repeated and a twentieth malformed, around a restart', () => {
	const MALFORMED: Array<[body: string, contentType?: string]> = [
		['[]'],
		['"update"'],
		['null'],
		['{"event":"update"}'],
		[JSON.stringify(event(0))],
		[JSON.stringify(event(1, { event: 'restore' }))],
		[JSON.stringify(event(1)).slice(0, 60)],
		['<html><body>502 Bad Gateway</body></html>', 'text/html'],
		['event=update&entity=Customer&entity_id=10005&datetime=2026-02-10', 'application/x-www-form-urlencoded'],
		[''],
	];
	type Post = { body: string; contentType?: string; malformed?: boolean };

	it(
		'start the workflow exactly once for each event',
		async () => {
			const { id, url } = await publishTrigger(real, collector, { secret: SECRET });
			const address = `${url}?secret=${SECRET}`;
			const random = randomFrom(7);
			const shuffled = <T>(items: T[]): T[] =>
				items
					.map((item) => ({ item, key: random() }))
					.sort((a, b) => a.key - b.key)
					.map(({ item }) => item);

			const events = Array.from({ length: 750 }, (_, index) => JSON.stringify(event(10_001 + index)));
			const malformed = Array.from({ length: 50 }, (_, index): Post => {
				const [body, contentType] = MALFORMED[index % MALFORMED.length];
				return { body, contentType, malformed: true };
			});
			const valid = (body: string): Post => ({ body });
			const early = events.slice(0, 400);
			const late = events.slice(400);
			// 30 right behind each other, so that they arrive together.
			const together = early.slice(0, 30).flatMap((body) => [valid(body), valid(body)]);
			const before: Post[] = [
				...together,
				...shuffled([...early.slice(30), ...early.slice(100, 120)].map(valid).concat(malformed.slice(0, 25))),
			];
			// 40 that came before the restart.
			const after: Post[] = shuffled(
				[...late, ...early.slice(200, 240), ...late.slice(0, 10)].map(valid).concat(malformed.slice(25)),
			);

			const answers: Array<[expected: 'malformed' | 'valid', status: number]> = [];
			const send = async (posts: Post[]) =>
				await each(posts, 10, async ({ body, contentType, malformed: bad }) => {
					const { status } = await post(address, body, contentType);
					answers.push([bad ? 'malformed' : 'valid', status]);
				});

			await send(before);
			// AlfaCRM's own: 150 changes of records.
			real.sandbox.webhooks.add(address);
			const made = Array.from({ length: 100 }, (_, index) =>
				real.sandbox.store.insert('customer', { name: `Новый Клиент ${index}`, is_study: 0 }),
			);
			for (const { id: customer } of made.slice(0, 50)) {
				real.sandbox.store.patch('customer', customer, { note: 'Перезвонить' });
			}
			await real.sandbox.webhooks.settled();
			const own = [...real.sandbox.webhooks.deliveries];
			expect(own).toHaveLength(150);
			expect([...new Set(own.map(({ status }) => status))]).toEqual([200]);
			real.sandbox.webhooks.remove();
			await collector.until(400 + 150);

			await real.n8n.restart({ kill: true });
			await real.client.signIn();
			await untilRegistered(url);
			await send(after);
			await collector.until(750 + 150);

			const sent = before.length + after.length + own.length;
			expect(sent).toBe(1_050);
			expect(answers.filter(([kind]) => kind === 'malformed')).toHaveLength(50);
			expect(
				answers.every(([kind, status]) => (kind === 'valid' ? status === 200 : [400, 422].includes(status))),
			).toBe(true);
			const wanted = [...events, ...own.map(({ text }) => text)].map((text) =>
				nameOf(JSON.parse(text) as IDataObject),
			);
			expect(collector.items.map(nameOf).sort()).toEqual(wanted.sort());
			const statuses = await finished(id);
			expect(statuses.filter((status) => status === 'success')).toHaveLength(900);
			expect(statuses).toHaveLength(900);
		},
		PATIENCE,
	);
});

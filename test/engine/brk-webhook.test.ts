import { delivery, REPEATED, STARTED } from './support/delivery';
import { range } from './support/world';
import { Hook } from './support/webhook';

const stamped = (n: number) => delivery(n, { datetime: '2026-02-10 11:59:00' });

it('a delivery that differs in a part which the node does not put out is another one', async () => {
	const hook = new Hook();
	expect(await hook.deliver({ body: delivery(5, { delivery_id: 1 }) })).toMatchObject(STARTED);
	expect(await hook.deliver({ body: delivery(5, { delivery_id: 2 }) })).toMatchObject(STARTED);
});

it('a call that n8n loaded before the last 1,000 deliveries does not make the node forget them', async () => {
	const hook = new Hook();
	for (const n of range(1, 1_000)) await hook.deliver({ body: stamped(n) });
	const old = hook.saved;
	for (const n of range(1_001, 2_001)) await hook.deliver({ body: stamped(n) });
	hook.saved = old;
	await hook.deliver({ body: stamped(2_002) });
	expect(await hook.deliver({ body: stamped(2_001) })).toMatchObject(REPEATED);
});

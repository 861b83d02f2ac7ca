import { delivery } from '../support/delivery';
import { Hook } from '../support/webhook';

it('deliveries that come at once, half of them repeated, are known after a restart', async () => {
	const hook = new Hook();
	const many = Array.from({ length: 40 }, (_, n) =>
		delivery(n % 20, { datetime: `2026-02-10 11:59:${10 + (n % 20)}` }),
	);
	const first = await Promise.all(many.map(async (body) => await hook.deliver({ body })));
	// That of ID 0 is none.
	expect(first.filter(({ items }) => items)).toHaveLength(19);
	hook.restart();
	const again = await Promise.all(many.map(async (body) => await hook.deliver({ body })));
	expect(again.filter(({ items }) => items)).toHaveLength(0);
});

import { delivery, STARTED } from '../support/delivery';
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

it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
	['fields in a form that is not understood', { fields_new: 'status=1' }, { fields_new: 'status=2' }],
	[
		'JSON in JSON in JSON',
		{ fields_new: JSON.stringify('{"a":1}') },
		{ fields_new: JSON.stringify('{"a":2}') },
	],
	['lists of branches', { branch_id: [1] }, { branch_id: [2] }],
	['names of users', { user_id: 'anna' }, { user_id: 'boris' }],
])('two deliveries that differ in a part that cannot be read are two: %s', async (_name, one, other) => {
	const hook = new Hook();
	expect(await hook.deliver({ body: delivery(5, one as never) })).toMatchObject(STARTED);
	expect(await hook.deliver({ body: delivery(5, other as never) })).toMatchObject(STARTED);
});

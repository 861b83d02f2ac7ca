import type { IDataObject } from 'n8n-workflow';

import { delivery } from '../support/delivery';
import { Engine } from '../support/engine';
import { useSchool } from '../support/school';
import { Hook } from '../support/webhook';

const school = useSchool({ customers: 30, settings: { now: '2026-02-10 12:00:00' } });

const event = (more: IDataObject = {}) => delivery(5, more);

describe('the full record', () => {
	const fetching = (engine?: Engine) => new Hook({ options: { fetchRecord: true } }, engine);
	const read = async (more: IDataObject, engine = school.engine) => {
		const { items } = await fetching(engine).deliver({ body: event(more) });
		expect(items).toHaveLength(1);
		return items?.[0].json ?? {};
	};

	it('comes with the event', async () => {
		const received = await fetching(school.engine).deliver({ body: event() });
		expect(received.items?.[0].json).toMatchObject({
			...event({ fields_rel: {} }),
			record: { id: 5, name: school.sandbox.store.find('customer', 5)?.name },
		});
		expect(received.items?.[0].json).not.toHaveProperty('recordError');
	});

	it.each([1, 2, 3])('is found for a lesson of status %i', async (status) => {
		const { id } = school.sandbox.store.insert('lesson', { status, branch_id: 1 });
		expect((await read({ entity: 'Lesson', entity_id: id })).record).toMatchObject({ id, status });
	});

	it('is found after an event of an unknown name', async () => {
		expect(await read({ event: 'restore' })).toMatchObject({ event: 'restore', record: { id: 5 } });
	});

	it('is found for an archived lead', async () => {
		const { id } = school.sandbox.store.insert('customer', {
			...{ name: 'Старый Лид', is_study: 0, branch_ids: [1], e_date: '2026-01-01' },
		});
		expect((await read({ entity_id: id })).record).toMatchObject({ id, name: 'Старый Лид' });
	});

	it.each<[branch_ids: number[], branch_id: number | null]>([
		[[2], 1],
		[[3], 1],
		[[2], null],
		[[2], 99],
		[[1, 2], 2],
	])('is found in the branches %j whatever branch the event names, as %j', async (branch_ids, branch_id) => {
		const { id } = school.sandbox.store.insert('customer', { name: 'Анна', is_study: 1, branch_ids });
		expect((await read({ entity_id: id, branch_id })).record).toMatchObject({ id, branch_ids });
	});

	it('may be in a branch that is forbidden, and then the event says so', async () => {
		school.sandbox.settings.forbiddenBranches = [3];
		const { id } = school.sandbox.store.insert('customer', { name: 'Анна', is_study: 1, branch_ids: [3] });
		expect(await read({ entity_id: id })).toMatchObject({
			record: null,
			recordError: expect.stringMatching(
				/no customer with ID \d+ in the branches 1 and 2\. AlfaCRM denied access: .* in branch 3\. /,
			) as string,
		});
	});

	describe('of a payment that AlfaCRM does not list unasked', () => {
		const insert = (pay_type_id: number, branch_id = 1) => {
			school.sandbox.settings.payDefault = 'income';
			const fields = { customer_id: 1, branch_id, pay_type_id, income: 100, payer_name: 'Орлова А.' };
			return school.sandbox.store.insert('pay', { ...fields, document_date: '2026-02-09' }).id;
		};

		it.each([1, 2, 3])(
			'is found, of type %i, whether the event tells the type or not',
			async (pay_type_id) => {
				const id = insert(pay_type_id);
				const told = [{ pay_type_id: String(pay_type_id) }, { pay_type_id: 1 }, { pay_type_id: 3 }, {}];
				for (const fields_new of told) {
					const json = await read({ entity: 'Pay', entity_id: id, fields_new, fields_old: [] });
					expect(json).toMatchObject({ record: { id, pay_type_id } });
				}
			},
		);

		it('takes one call more if the event tells the type', async () => {
			await read({ entity: 'Pay', entity_id: insert(2), fields_new: { pay_type_id: '2' } });
			expect(school.calls()).toEqual(['auth/login', 'pay/index', 'pay/index']);
		});

		it('is found in another branch, too', async () => {
			const id = insert(2, 2);
			expect(await read({ entity: 'Pay', entity_id: id })).toMatchObject({ record: { id } });
		});

		it('may be there though this user may not list the types, and then the event says so', async () => {
			school.sandbox.settings.forbiddenCalls = ['pay-type/index'];
			expect(await read({ entity: 'Pay', entity_id: insert(2) })).toMatchObject({
				record: null,
				recordError: expect.stringMatching(/this user may not list the payment types/) as string,
			});
		});
	});

	it('takes one call where the event names its branch', async () => {
		await read({});
		expect(school.calls()).toEqual(['auth/login', 'customer/index']);
	});

	it('is found for a branch, which belongs to none', async () => {
		expect((await read({ entity: 'Branch', entity_id: 1, branch_id: null })).record).toMatchObject({ id: 1 });
	});

	it('is found for a subscription when the event names its customer', async () => {
		const [{ id, customer_id }] = school.sandbox.store.rows('customer-tariff');
		const owned = { entity: 'CustomerToTariff', entity_id: id };
		const { record } = await read({ ...owned, fields_new: { customer_id: String(customer_id) } });
		expect(record).toMatchObject({ id, customer_id });
		expect(await read(owned)).toMatchObject({
			record: null,
			recordError: expect.stringMatching(/customer_id/) as string,
		});
	});

	it('of what is deleted is not asked for', async () => {
		const json = await read({ event: 'delete' });
		expect(json).toMatchObject({ event: 'delete', record: null });
		expect(json).not.toHaveProperty('recordError');
		expect(school.calls()).toEqual([]);
	});

	const lost: Array<[what: string, more: IDataObject, message: RegExp]> = [
		['does not exist', { entity_id: 999_999 }, /no customer with ID 999999 in the branches 1, 2 and 3$/],
		[
			'belongs to no list',
			{ entity: 'LessonDetails' },
			/No list of AlfaCRM's API is known to hold LessonDetails/,
		],
		['is a branch and gone', { entity: 'Branch' }, /^AlfaCRM has no branch with ID 5$/],
		['belongs to no list by a name of its own', { entity: '__proto__' }, /known to hold __proto__/],
		['belongs to Object.prototype', { entity: 'constructor' }, /known to hold constructor/],
	];
	it.each(lost)(
		'that %s is missing, with the reason, and the event still comes',
		async (_what, more, message) => {
			expect(await read(more)).toMatchObject({
				...event({ fields_rel: {}, ...more }),
				record: null,
				recordError: expect.stringMatching(message) as string,
			});
		},
	);

	it('needs a credential, and says so', async () => {
		const { items } = await fetching().deliver({ body: event() });
		expect(items?.[0].json).toMatchObject({
			record: null,
			recordError: expect.stringMatching(/no credential. Select one/) as string,
		});
	});

	it('that cannot be read tells no token and no key', async () => {
		const wrong = new Engine({ ...school.credential, apiKey: ['no', 'key'].join('-') });
		const json = await read({}, wrong);
		expect(json).toMatchObject({ entity_id: 5, record: null, recordError: expect.any(String) as string });
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match: { entity: 'customer' } });
		const broken = await read({ entity_id: 6 });
		expect(broken.recordError).toMatch(/HTTP 500/);
		for (const secret of [school.sandbox.account.apiKey, ...school.sandbox.tokens()]) {
			expect(JSON.stringify([json, broken])).not.toContain(secret);
		}
	});
});

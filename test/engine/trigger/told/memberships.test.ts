import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { Poller } from '../../support/poller';
import { useSchool } from '../../support/school';

const school = useSchool({ customers: 60, settings: { now: '2026-03-10 12:00:00' } });

const started = async (event: string, parameters: INodeParameters = {}) => {
	const poller = new Poller(school.engine, { event, ...parameters });
	expect(await poller.tick()).toEqual([]);
	return poller;
};
const store = () => school.sandbox.store;
const pupil = (branch = 1) =>
	store().insert('customer', { name: 'Мия', is_study: 1, branch_ids: [branch], phone: ['+7(900)000-00-01'] })
		.id;
const group = (branch = 1) => store().insert('group', { name: 'Роботы', branch_ids: [branch] }).id;
const join = (customer_id: number, group_id: number, e_date: string | null = '31.05.2026') =>
	store().insert('cgi', { customer_id, group_id, b_date: '10.03.2026', e_date }).id;
const seen = (items: IDataObject[]) => items.map(({ customer_id, group_id }) => [customer_id, group_id]);

describe.each(['objects', 'jsonText'] as const)('where fields of the log are %s', (logFields) => {
	beforeEach(() => Object.assign(school.sandbox.settings, { logFields }));

	it('a customer who joins a group is told with both names, wherever the group is', async () => {
		const [customer, own] = [pupil(2), group(2)];
		const poller = await started('customerJoinedGroup');
		const membership_id = join(customer, own);
		expect(await poller.tick()).toEqual([
			{
				...{ customer_id: customer, customer_name: 'Мия', customer_phone: ['+7(900)000-00-01'] },
				...{ customer_email: [], group_id: own, group_name: 'Роботы', membership_id },
				...{ b_date: '2026-03-10', e_date: '2026-05-31', branch_id: 2 },
				...{ user_id: 0, datetime: '2026-03-10 12:00:00' },
			},
		]);
		expect(await poller.tick()).toEqual([]);
	});

	it.each([
		['is deleted', (id: number) => store().remove('cgi', id)],
		['ends today', (id: number) => store().patch('cgi', id, { e_date: '10.03.2026' })],
		['ended before', (id: number) => store().patch('cgi', id, { e_date: '01.03.2026' })],
	])('a customer whose membership %s has left, and is told once', async (_how, leave) => {
		const [customer, own] = [pupil(), group()];
		const id = join(customer, own);
		const poller = await started('customerLeftGroup');
		leave(id);
		expect(await poller.tick()).toMatchObject([
			{ customer_id: customer, customer_name: 'Мия', group_id: own, group_name: 'Роботы', membership_id: id },
		]);
		store().patch('cgi', id, { e_date: '28.02.2026' });
		store().remove('cgi', id);
		expect(await poller.tick()).toEqual([]);
	});

	it('an end that is to come, or moves, is no leaving, and no joining', async () => {
		const id = join(pupil(), group());
		const [left, joined] = [await started('customerLeftGroup'), await started('customerJoinedGroup')];
		for (const e_date of ['11.03.2026', null, '30.06.2026']) store().patch('cgi', id, { e_date });
		store().patch('cgi', id, { b_date: '01.03.2026' });
		expect([...(await left.tick()), ...(await joined.tick())]).toEqual([]);
	});

	it('who is taken back has joined again', async () => {
		const [customer, own] = [pupil(), group()];
		const id = join(customer, own, '01.03.2026');
		const poller = await started('customerJoinedGroup');
		store().patch('cgi', id, { e_date: null });
		expect(seen(await poller.tick())).toEqual([[customer, own]]);
	});

	it('one day is a membership too, one that is entered afterwards is none', async () => {
		const [customer, own] = [pupil(), group()];
		const poller = await started('customerJoinedGroup');
		join(customer, own, '10.03.2026');
		join(customer, group(), '09.03.2026');
		expect(seen(await poller.tick())).toEqual([[customer, own]]);
	});

	it('a subscription is told when it is sold, not when it changes', async () => {
		const customer_id = pupil();
		const poller = await started('subscriptionSold');
		const values = {
			customer_id,
			tariff_id: 1,
			subject_ids: [2],
			b_date: '10.03.2026',
			e_date: '09.04.2026',
		};
		const { id } = store().insert('customer-tariff', { ...values, balance: '3200.00' });
		store().patch('customer-tariff', id, { e_date: '10.04.2026' });
		const named = (path: string, of: number) => store().find(path, of)?.name;
		expect(await poller.tick()).toEqual([
			{
				...{ customer_id, customer_name: 'Мия', customer_phone: ['+7(900)000-00-01'], customer_email: [] },
				...{ subscription_id: id, tariff_id: 1, tariff_name: named('tariff', 1) },
				...{ subject_ids: [2], subject_names: [named('subject', 2)] },
				...{ lesson_type_ids: [], lesson_type_names: [], b_date: '2026-03-10', e_date: '2026-04-09' },
				...{ balance: '3200.00', note: null, branch_id: 1, user_id: 0, datetime: '2026-03-10 12:00:00' },
			},
		]);
	});

	it('a customer is told when archived, with the reason, and not when changed afterwards or brought back', async () => {
		const id = pupil();
		const poller = await started('customerArchived');
		store().patch('customer', id, { e_date: '2026-03-10', customer_reject_id: 1 });
		store().patch('customer', id, { e_date: '2026-03-01' });
		store().patch('customer', id, { e_date: '2030-12-31' });
		store().patch('customer', id, { e_date: '2027-01-01', note: 'х' });
		expect(await poller.tick()).toEqual([
			{
				...{ customer_id: id, customer_name: 'Мия', customer_phone: ['+7(900)000-00-01'] },
				...{ customer_email: [], e_date: '2026-03-10', customer_reject_id: 1 },
				customer_reject_name: store().find('customer-reject', 1)?.name,
				...{ lead_reject_id: null, lead_reject_name: null },
				...{ branch_id: 1, user_id: 0, datetime: '2026-03-10 12:00:00' },
			},
		]);
	});

	it('a flag archives as well', async () => {
		const id = pupil();
		const poller = await started('customerArchived', { addNames: false });
		const entry = { entity: 'Customer', entity_id: id, event: 2, branch_ids: [1] };
		const fields = logFields === 'objects' ? { removed: 1 } : JSON.stringify({ removed: 1 });
		store().insert('log', { ...entry, fields_old: { removed: 0 }, fields_new: fields });
		store().insert('log', { ...entry, fields_old: { removed: 1 }, fields_new: { removed: 0 } });
		expect(await poller.tick()).toMatchObject([{ customer_id: id }]);
	});
});

describe('without Add Names', () => {
	it('nothing is read but the log', async () => {
		const id = join(pupil(), group());
		const poller = await started('customerJoinedGroup', { addNames: false });
		school.sandbox.clearJournal();
		join(pupil(), group());
		expect(await poller.tick()).toMatchObject([{ membership_id: id + 1 }]);
		expect(new Set(school.calls())).toEqual(new Set(['log/index', 'branch/index'].slice(0, 1)));
	});

	it('whose membership it was is looked up in the log, one request for each', async () => {
		const [customer, own] = [pupil(), group()];
		const id = join(customer, own);
		const poller = await started('customerLeftGroup', { addNames: false });
		school.sandbox.clearJournal();
		store().patch('cgi', id, { e_date: '10.03.2026' });
		expect(seen(await poller.tick())).toEqual([[customer, own]]);
		const asked = school.entries('log/index').filter(({ body }) => (body as IDataObject).entity_id === id);
		expect(asked).toHaveLength(1);
	});

	it('a log that does not tell leaves them empty', async () => {
		const id = join(pupil(), group());
		for (const { id: entry, entity } of store().rows('log'))
			if (entity === 'CustomerGroupInvolve') store().remove('log', entry);
		const poller = await started('customerLeftGroup');
		store().patch('cgi', id, { e_date: '10.03.2026' });
		expect(await poller.tick()).toMatchObject([
			{ membership_id: id, customer_id: null, customer_name: null, group_id: null, group_name: null },
		]);
	});
});

it.each(['customerArchived', 'customerJoinedGroup', 'customerLeftGroup', 'subscriptionSold'])(
	'%s shows real ones as a test event',
	async (event) => {
		const poller = await started(event);
		const customer_id = pupil();
		store().insert('customer-tariff', { customer_id, tariff_id: 1, b_date: '10.03.2026' });
		store().remove('cgi', join(customer_id, group()));
		store().patch('customer', customer_id, { e_date: '2026-03-10' });
		const shown = await poller.fetchTestEvent();
		expect(shown).toMatchObject([{ customer_id, customer_name: 'Мия' }]);
		expect(await poller.tick()).toEqual(shown);
	},
);

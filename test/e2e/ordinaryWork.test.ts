import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import type { SendRequests } from './support/flow';
import { recordWithId, publishChain, fieldOfRequest } from './support/flow';
import { useRealN8n } from './support/realN8n';

/** The school is as it was found on a live account, but for the rate; nothing is reset, so everybody has a phone of their own. */
const real = useRealN8n(
	{ customers: 40, settings: { rateLimit: 0 } },
	// That of the school, as docs/limits.md asks for.
	{ GENERIC_TIMEZONE: 'Europe/Moscow' },
);

beforeAll(async () => {
	real.credential = await real.createCredentialWith({ requestsPerSecond: 50 });
});
afterEach(() => {
	real.sandbox.settings.now = null;
});

let phones = 0;
const newPhone = () => `+7(900)700-00-${String(++phones).padStart(2, '0')}`;
const rows = (path: string) => real.sandbox.store.rows(path) as unknown as IDataObject[];
const where = (path: string, name: string, value: number) =>
	real.sandbox.store.where(path, name, value) as unknown as IDataObject[];
/** Adds the card of a client of branch 1, unless the row says something else. */
const card = (phone: string, row: IDataObject = {}) =>
	real.sandbox.store.insert('customer', {
		name: 'Орлова Мия',
		is_study: 1,
		branch_ids: [1],
		email: [],
		phone: [phone],
		...row,
	} as never).id;
const cardsOf = (phone: string) => rows('customer').filter((row) => String(row.phone) === phone);
/** Finds or makes the lead of a request. */
const leadOf = () => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	phone: fieldOfRequest('phone'),
	name: fieldOfRequest('name'),
	fieldsToSet: { is_study: 0 },
});
/** Runs it, and expects it to leave everything in AlfaCRM as it was. */
const changesNothing = async <T>(run: () => Promise<T>): Promise<T> => {
	const before = real.sandbox.snapshot();
	const outcomes = await run();
	expect(real.sandbox.changes(before).map(({ entity, id }) => `${entity} ${id}`)).toEqual([]);
	return outcomes;
};
/** Runs it, and expects it to fail and to save nothing; returns what the user is told. */
const stops = async (run: () => ReturnType<SendRequests>) => {
	const [{ status, errorText }] = await changesNothing(run);
	expect({ status, errorText }).toEqual({ status: 'error', errorText: expect.stringMatching(/./) as string });
	expect(errorText).not.toMatch(/TypeError|undefined|Cannot (use|read)|\[object/);
	return errorText;
};
const succeeds = async (run: ReturnType<SendRequests>) => {
	const outcomes = await run;
	expect(outcomes.map(({ status, errorText }) => [status, errorText])).toEqual(
		outcomes.map(() => ['success', '']),
	);
	return outcomes.flatMap(({ hints }) => hints);
};

/**
 * What unit/operations proves of each step, as workflows of a school put the steps together: requests that come twice and at the same
 * moment, on another day, for whom they are not meant.
 */
describe('a payment by phone', () => {
	let pay: SendRequests;
	let payByName: SendRequests;
	beforeAll(async () => {
		const find = { resource: 'customer', operation: 'find', branchId: 1, phone: fieldOfRequest('phone') };
		const payment = {
			resource: 'customer',
			operation: 'takePayment',
			branchId: 1,
			id: recordWithId('={{ $json.id }}'),
			income: fieldOfRequest('amount'),
			pay_account_id: 1,
			additionalFields: { document_date: fieldOfRequest('date') },
		};
		pay = await publishChain(real, 'pay', { Payer: find, Payment: payment });
		const byName = { ...find, matchBy: 'phoneAndName', name: fieldOfRequest('name') };
		payByName = await publishChain(real, 'pay-name', { Payer: byName, Payment: payment });
	});
	const notice = (phone: string, more: IDataObject = {}) => ({
		phone,
		amount: '3872.70',
		date: '10.02.2026',
		name: 'Орлова Мия',
		...more,
	});
	const paidBy = (id: number) =>
		where('pay', 'customer_id', id).map(({ income, branch_id }) => [income, branch_id]);

	it('is booked once and in the branch of the payer, however often and on whatever day the notice comes', async () => {
		const phone = newPhone();
		const id = card(phone, { branch_ids: [2] });
		const spelt = `8 ${phone.slice(2).replace(/\D/g, ' ')}`;
		real.sandbox.settings.now = '2026-02-10 12:00:00';
		await succeeds(pay(notice(phone), notice(spelt, { amount: '3 872,70' })));
		expect(paidBy(id)).toEqual([['3872.70', 2]]);
		real.sandbox.settings.now = '2026-02-11 09:00:00';
		await changesNothing(async () => await pay(notice(spelt, { amount: 3872.7 })));
		await succeeds(pay(notice(phone, { date: '11.02.2026' })));
		expect(paidBy(id)).toHaveLength(2);
	});

	it('stops at siblings and names them; the name tells whose it is', async () => {
		const phone = newPhone();
		const ids = [card(phone), card(phone, { name: 'Орлов Лев', branch_ids: [2] })];
		const errorText = await stops(async () => await pay(notice(phone)));
		for (const id of ids) expect(errorText).toContain(String(id));
		expect(errorText).toContain("'If Several Match'");
		await succeeds(payByName(notice(phone, { name: 'орлов  лев' })));
		expect(ids.map(paidBy)).toEqual([[], [['3872.70', 2]]]);
	});

	it.each<[string, IDataObject, string]>([
		['an amount', { amount: 'по договору' }, "'Amount'"],
		['a phone', { phone: '120363025246125888@g.us' }, "'Phone'"],
		['given', { phone: '' }, "'Phone' is empty"],
		['the phone of anybody', { phone: '+7(900)799-99-99' }, 'no customer'],
	])('stops at a value that is not %s: %j', async (_, value, told) => {
		const phone = newPhone();
		card(phone);
		expect(await stops(async () => await pay(notice(phone, value)))).toContain(told);
	});
});

describe('a funnel of messages', () => {
	it('makes one lead, moves it on, and keeps what is errorText twice in a day twice', async () => {
		const step = { resource: 'customer', branchId: 1, id: recordWithId('={{ $json.id }}') };
		const write = await publishChain(real, 'message', {
			Lead: leadOf(),
			Stage: { ...step, operation: 'moveToStage', lead_status_id: fieldOfRequest('stage') },
			Comment: { ...step, operation: 'addComment', comment: fieldOfRequest('text') },
		});
		const phone = newPhone();
		const message = (stage: number) => ({ phone, text: 'Да', stage, name: 'Мама Мии' });
		const comments = () =>
			where('communication', 'related_id', Number(cardsOf(phone)[0].id)).map(({ comment }) => comment);

		await succeeds(write(message(2), message(2)));
		expect(cardsOf(phone)).toMatchObject([{ is_study: 0, lead_status_id: 2, branch_ids: [1] }]);
		expect(comments()).toEqual(['Да']);
		// The messenger sends it once more.
		const [{ status, hints }] = await changesNothing(async () => await write(message(2)));
		const same = expect.stringMatching(/^Nothing of this customer had to be changed/) as string;
		const comment = expect.stringMatching(
			/^This comm(ent|unication) was there already; nothing was added/,
		) as string;
		expect([status, hints]).toEqual(['success', [same, same, comment]]);
		// No clock of n8n can be set.
		for (const { id, added } of rows('communication')) {
			const earlier = DateTime.fromSQL(String(added)).minus({ hours: 1 }).toFormat('yyyy-MM-dd HH:mm:ss');
			real.sandbox.store.patch('communication', Number(id), { added: earlier });
		}
		expect(await succeeds(write(message(3)))).toEqual([same]);
		expect(comments()).toEqual(['Да', 'Да']);
		expect(cardsOf(phone)).toMatchObject([{ lead_status_id: 3 }]);
	});
});

describe('a trial lesson', () => {
	let book: SendRequests;
	beforeAll(async () => {
		book = await publishChain(real, 'trial', {
			Lead: leadOf(),
			Lesson: {
				resource: 'lesson',
				operation: 'create',
				branchId: 1,
				customer_ids: recordWithId('={{ $json.id }}'),
				lesson_date: fieldOfRequest('day'),
				time_from: fieldOfRequest('time'),
				lesson_type_id: 3,
				subject_id: 1,
				teacher_ids: [1],
				room_id: fieldOfRequest('room'),
			},
		});
	});
	let days = 0;
	const newDay = () => `2031-03-${String(++days).padStart(2, '0')}`;
	const wish = (phone: string, day: string, more: IDataObject = {}) => ({
		phone,
		day,
		time: '17:00',
		room: 1,
		name: 'Орлова Мия',
		...more,
	});
	const booked = (day: string) => rows('lesson').filter(({ date }) => date === day);

	it('is one lesson for one lead, however often and on whatever day the form comes', async () => {
		const [phone, day] = [newPhone(), newDay()];
		await succeeds(book(wish(phone, day), wish(phone, day)));
		const [{ id }] = cardsOf(phone);
		expect(booked(day)).toMatchObject([
			{ customer_ids: [id], teacher_ids: [1], room_id: 1, lesson_type_id: 3, branch_id: 1, status: 1 },
		]);
		expect(booked(day)).toMatchObject([{ time_from: `${day} 17:00:00`, time_to: `${day} 18:00:00` }]);
		real.sandbox.settings.now = DateTime.now().plus({ days: 1 }).toUTC().toISO();
		await changesNothing(async () => await succeeds(book(wish(phone, day))));
		// Another hour is another lesson.
		await succeeds(book(wish(phone, day, { time: '18:00' })));
		expect(booked(day)).toHaveLength(2);
	});

	it.each([1, 2])(
		'has one of two who want the same teacher at the same moment in rooms 1 and %i; the other is told',
		async (room) => {
			const day = newDay();
			const outcomes = await book(wish(newPhone(), day), wish(newPhone(), day, { room }));
			expect(outcomes.map(({ status }) => status).sort()).toEqual(['error', 'success']);
			const [{ errorText }] = outcomes.filter(({ status }) => status === 'error');
			expect(errorText).toMatch(room === 1 ? /(Teacher|Room)\W/ : /Teacher\W/);
			expect(booked(day)).toMatchObject([{ teacher_ids: [1] }]);
		},
	);

	it('is not booked again when the answer was lost', async () => {
		const [phone, day] = [newPhone(), newDay()];
		real.sandbox.faults.add({ kind: 'reset', when: 'after', match: { entity: 'lesson', action: 'create' } });
		await book(wish(phone, day));
		expect(booked(day)).toHaveLength(1);
		await changesNothing(async () => await succeeds(book(wish(phone, day))));
	});
});

import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { withPackage } from '../../scripts/lib/examples';
import { byId, publish, publishChain, sent } from './support/flow';
import { useRealN8n } from './support/realN8n';

/** The school is as it was found on a live account, but for the rate; nothing is reset, so everybody has a phone of their own. */
const real = useRealN8n(
	{ customers: 40, settings: { rateLimit: 0 } },
	// That of the school, as docs/limits.md asks for.
	{ GENERIC_TIMEZONE: 'Europe/Moscow' },
);
type Send = Awaited<ReturnType<typeof publish>>;

beforeAll(async () => {
	real.credential = await real.credentialWith({ requestsPerSecond: 50 });
});
afterEach(() => {
	real.sandbox.settings.now = null;
});

const ARCHIVED = { e_date: '2026-01-15' };
let phones = 0;
const newPhone = () => `+7(900)700-00-${String(++phones).padStart(2, '0')}`;
const { rows, where, find, insert } = {
	rows: (path: string) => real.sandbox.store.rows(path) as unknown as IDataObject[],
	where: (path: string, name: string, value: number) =>
		real.sandbox.store.where(path, name, value) as unknown as IDataObject[],
	find: (path: string, id: number) => real.sandbox.store.find(path, id) as unknown as IDataObject,
	insert: (path: string, row: IDataObject) => real.sandbox.store.insert(path, row as never).id,
};
/** A card: of a client of branch 1, unless something else is said. */
const card = (phone: string, row: IDataObject = {}) =>
	insert('customer', { name: 'Орлова Мия', is_study: 1, branch_ids: [1], email: [], phone: [phone], ...row });
const cardsOf = (phone: string) => rows('customer').filter((row) => String(row.phone) === phone);
const commentsOn = (id: unknown) =>
	where('communication', 'related_id', Number(id)).map(({ comment }) => comment);
/** Lets time pass since the comments were written: no clock of n8n can be set. */
const later = (id: unknown, time: { days?: number; hours?: number }) => {
	for (const comment of where('communication', 'related_id', Number(id))) {
		const added = DateTime.fromSQL(String(comment.added)).minus(time).toFormat('yyyy-MM-dd HH:mm:ss');
		real.sandbox.store.patch('communication', Number(comment.id), { added });
	}
};
/** Runs it, and expects it to leave everything in AlfaCRM as it was. */
const changesNothing = async (run: () => ReturnType<Send>) => {
	const before = real.sandbox.snapshot();
	const outcomes = await run();
	expect(real.sandbox.changes(before).map(({ entity, id }) => `${entity} ${id}`)).toEqual([]);
	return outcomes;
};
/** Runs it, and expects it to fail and to save nothing; returns what the user is told. */
const stops = async (run: () => ReturnType<Send>) => {
	const [{ status, said }] = await changesNothing(run);
	expect({ status, said }).toEqual({ status: 'error', said: expect.stringMatching(/./) as string });
	expect(said).not.toMatch(/TypeError|undefined|Cannot (use|read)|\[object/);
	return said;
};
const succeeds = async (run: ReturnType<Send>) => {
	const outcomes = await run;
	expect(outcomes.map(({ status, said }) => [status, said])).toEqual(outcomes.map(() => ['success', '']));
	return outcomes.flatMap(({ hints }) => hints);
};

describe('a payment by phone', () => {
	const findPayer = (more: INodeParameters = {}): INodeParameters => ({
		...{ resource: 'customer', operation: 'find', branchId: 1, phone: sent('phone'), ...more },
	});
	const takePayment = (id: string): INodeParameters => ({
		...{ resource: 'customer', operation: 'takePayment', branchId: 1, id: byId(id) },
		...{ income: sent('amount'), pay_account_id: 1, additionalFields: { document_date: sent('date') } },
	});
	let pay: Send;
	let payByName: Send;
	let payNewest: Send;
	let payById: Send;
	beforeAll(async () => {
		const paid = takePayment('={{ $json.id }}');
		pay = await publishChain(real, 'pay', { Payer: findPayer(), Payment: paid });
		const byName = findPayer({ matchBy: 'phoneAndName', name: sent('name') });
		payByName = await publishChain(real, 'pay-name', { Payer: byName, Payment: paid });
		const newest = findPayer({ options: { ifSeveral: 'newest' } });
		payNewest = await publishChain(real, 'pay-newest', { Payer: newest, Payment: paid });
		payById = await publishChain(real, 'pay-id', { Payment: takePayment(sent('customer')) });
	});
	const notice = (phone: string, more: IDataObject = {}) => ({
		...{ phone, amount: '3872.70', date: '10.02.2026', name: 'Орлова Мия', ...more },
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
		await changesNothing(async () => await pay(notice(phone)));
		real.sandbox.settings.now = '2026-02-11 09:00:00';
		await changesNothing(async () => await pay(notice(spelt, { amount: 3872.7 })));
		await succeeds(pay(notice(phone, { date: '11.02.2026' })));
		expect(paidBy(id)).toEqual([
			['3872.70', 2],
			['3872.70', 2],
		]);
	});

	it('stops at siblings and names them; the name tells whose it is', async () => {
		const phone = newPhone();
		const ids = [card(phone), card(phone, { name: 'Орлов Лев', branch_ids: [2] })];
		const said = await stops(async () => await pay(notice(phone)));
		for (const id of ids) expect(said).toContain(String(id));
		expect(said).toContain("'If Several Match'");
		await succeeds(payByName(notice(phone, { name: 'орлов  лев' })));
		expect(ids.map(paidBy)).toEqual([[], [['3872.70', 2]]]);
		await stops(async () => await payByName(notice(phone, { name: 'Орлова Ия' })));
	});

	it.each<[string, IDataObject]>([
		['an archived card', ARCHIVED],
		['the card of a lead', { is_study: 0 }],
		['the card of a lead in another branch', { is_study: 0, branch_ids: [2] }],
	])(
		'stops at a client and %s; the client is the one who pays where one is to be chosen',
		async (_, other) => {
			const phone = newPhone();
			// What was added last is not what counts.
			const [client, more] = [card(phone), card(phone, other)];
			const said = await stops(async () => await pay(notice(phone)));
			expect(said).toContain(String(client));
			await succeeds(payNewest(notice(phone)));
			expect([client, more].map(paidBy)).toEqual([[['3872.70', 1]], []]);
		},
	);

	describe('of nobody', () => {
		let before: ReturnType<typeof real.sandbox.snapshot>;
		beforeEach(() => (before = real.sandbox.snapshot()));
		afterEach(() => real.sandbox.restore(before));

		it.each<[string, () => void]>([
			['has several branches', () => undefined],
			['has one branch', () => [2, 3].forEach((id) => real.sandbox.store.remove('branch', id))],
			['does not list its branches', () => (real.sandbox.settings.forbiddenCalls = ['branch/index'])],
		])('says who is not there, in an account that %s', async (_, prepare) => {
			prepare();
			expect(await stops(async () => await payById(notice('', { customer: 987654 })))).toContain('987654');
		});
	});

	it('says which value is none: an amount, a phone, a customer', async () => {
		const phone = newPhone();
		card(phone);
		for (const amount of ['', 'по договору', 0, null]) {
			expect(await stops(async () => await pay(notice(phone, { amount })))).toContain("'Amount'");
		}
		for (const none of ['неизвестно', '+7 999 999 99 99', '120363025246125888@g.us']) {
			const said = await stops(async () => await pay(notice(none)));
			expect(said).toContain("'Phone'");
			expect(said).not.toContain('empty');
		}
		expect(await stops(async () => await pay(notice('')))).toContain("'Phone' is empty");
		expect(await stops(async () => await pay(notice(newPhone())))).toContain('no customer');
		expect(await stops(async () => await payById(notice('', { customer: '' })))).toContain("'Customer'");
	});
});

describe('a form lead with a comment', () => {
	let fill: Send;
	beforeAll(async () => {
		const example = withPackage('form-to-lead');
		const form = example.nodes.find(({ name }) => name === 'Website Form')?.webhookId;
		fill = await publish(real, example, `/form/${String(form)}`);
	});
	const filled = (phone: string, comment: string, name = 'Орлова Мия') => {
		const body = new FormData();
		[name, phone, '', comment].forEach((value, index) => body.append(`field-${index}`, value));
		return body;
	};

	it('is one lead, and one comment by the user of the API for each text and day', async () => {
		const phone = newPhone();
		await succeeds(fill(filled(phone, 'Шахматы?'), filled(phone, 'Шахматы?')));
		const [{ id }] = cardsOf(phone);
		expect(cardsOf(phone)).toMatchObject([{ name: 'Орлова Мия', is_study: 0, branch_ids: [1] }]);
		expect(where('communication', 'related_id', id as number)).toMatchObject([
			{ comment: 'Заявка с сайта: Шахматы?', user_id: 1, class: 'Customer' },
		]);
		await succeeds(fill(filled(phone, 'Или го?')));
		expect(commentsOn(id)).toEqual(['Заявка с сайта: Шахматы?', 'Заявка с сайта: Или го?']);
		later(id, { days: 1 });
		await succeeds(fill(filled(phone, 'Шахматы?')));
		expect(commentsOn(id).slice(2)).toEqual(['Заявка с сайта: Шахматы?']);
		expect(cardsOf(phone)).toHaveLength(1);
	});

	it('is not lost for a name or a comment that is longer than AlfaCRM takes', async () => {
		const phone = newPhone();
		const name = 'Орлова Александра Константиновна, 7 лет, мама Анастасия Викторовна';
		await succeeds(fill(filled(phone, 'Мы '.repeat(1_000), name)));
		const [{ id, name: saved }] = cardsOf(phone);
		expect(name.startsWith(String(saved).replace(/…$/, ''))).toBe(true);
		expect(String(saved).length).toBeGreaterThan(40);
		const [comment] = commentsOn(id).map(String);
		expect(comment).toContain(name);
		expect(comment.length).toBeGreaterThan(2_000);
		expect(comment.length).toBeLessThanOrEqual(2_048);
	});

	it.each<[string, IDataObject[]]>([
		['of a lead in another branch', [{ is_study: 0, branch_ids: [2] }]],
		['in the archive', [ARCHIVED]],
		['that is active, rather than a newer one in the archive', [{ branch_ids: [2] }, ARCHIVED]],
	])('goes to the card %s, which stays as it is', async (_, cards) => {
		const phone = newPhone();
		const ids = cards.map((row) => card(phone, row));
		const before = ids.map((id) => find('customer', id));
		await succeeds(fill(filled(phone, 'Снова хочу')));
		expect(cardsOf(phone)).toEqual(before);
		expect(ids.map(commentsOn)).toEqual(
			ids.map((_id, at) => (at === 0 ? ['Заявка с сайта: Снова хочу'] : [])),
		);
	});

	it('goes to the client of two who share a phone, rather than to the newer lead', async () => {
		const phone = newPhone();
		const [client, lead] = [card(phone), card(phone, { is_study: 0 })];
		await succeeds(fill(filled(phone, 'Это я')));
		expect([client, lead].map(commentsOn)).toEqual([['Заявка с сайта: Это я'], []]);
	});
});

describe('a funnel of messages', () => {
	let write: Send;
	beforeAll(async () => {
		const lead = { resource: 'customer', operation: 'upsert', branchId: 1, phone: sent('phone') };
		const step = { resource: 'customer', branchId: 1, id: byId('={{ $json.id }}') };
		write = await publishChain(real, 'message', {
			Lead: { ...lead, fieldsToSet: { name: sent('name'), is_study: 0 } },
			Stage: { ...step, operation: 'moveToStage', lead_status_id: sent('stage') },
			Comment: { ...step, operation: 'addComment', comment: sent('text') },
		});
	});
	const message = (phone: string, text: string, stage: number) => ({ phone, text, stage, name: 'Мама Мии' });

	it('makes one lead, moves it on, and keeps what is said twice in a day twice', async () => {
		const phone = newPhone();
		await succeeds(write(message(phone, 'Да', 2), message(phone, 'Да', 2)));
		expect(cardsOf(phone)).toMatchObject([{ is_study: 0, lead_status_id: 2, branch_ids: [1] }]);
		const [{ id }] = cardsOf(phone);
		expect(commentsOn(id)).toEqual(['Да']);
		// The messenger sends it once more.
		const [{ status, hints }] = await changesNothing(async () => await write(message(phone, 'Да', 2)));
		expect([status, hints]).toEqual(['success', [expect.stringMatching(/already.*comm(ent|unication) \d/)]]);
		later(id, { hours: 1 });
		expect(await succeeds(write(message(phone, 'Да', 3)))).toEqual([]);
		later(id, { hours: 1 });
		expect(await succeeds(write(message(phone, 'Да', 3)))).toEqual([]);
		expect(commentsOn(id)).toEqual(['Да', 'Да', 'Да']);
		expect(cardsOf(phone)).toMatchObject([{ lead_status_id: 3 }]);
	});

	it('finds a lead that nobody has sorted, in another branch or the archive, and moves it to a stage', async () => {
		for (const row of [{ branch_ids: [2] }, ARCHIVED]) {
			const phone = newPhone();
			const id = card(phone, { is_study: 0, lead_status_id: null, ...row });
			await succeeds(write(message(phone, 'Здравствуйте', 1)));
			expect(cardsOf(phone)).toMatchObject([{ id, lead_status_id: 1, name: 'Орлова Мия', ...row }]);
			expect(commentsOn(id)).toEqual(['Здравствуйте']);
		}
	});

	it('says so when a lead goes back, or a client gets a stage', async () => {
		for (const row of [{ is_study: 0, lead_status_id: 4 }, { is_study: 1 }]) {
			const phone = newPhone();
			const id = card(phone, row);
			const hints = await succeeds(write(message(phone, 'Ещё вопрос', 2)));
			expect(hints).toEqual([expect.stringContaining(String(id))]);
			expect(hints).toEqual([expect.stringMatching(row.is_study ? /client/ : /back/)]);
			expect(cardsOf(phone)).toMatchObject([{ is_study: row.is_study }]);
		}
	});

	it('stops at siblings and at what is no phone, and saves nothing', async () => {
		const phone = newPhone();
		const ids = [card(phone), card(phone, { name: 'Орлов Лев' })];
		const said = await stops(async () => await write(message(phone, 'Да', 2)));
		for (const id of ids) expect(said).toContain(String(id));
		for (const none of ['120363025246125888@g.us', 'tg://user?id=79000001122', 'неизвестно', '']) {
			expect(await stops(async () => await write(message(none, 'Да', 2)))).toContain("'Phone'");
		}
	});
});

describe('a trial lesson', () => {
	const lesson = (customer: string): INodeParameters => ({
		...{ resource: 'lesson', operation: 'create', branchId: 1, customer_ids: byId(customer) },
		...{ lesson_date: sent('day'), time_from: sent('time'), lesson_type_id: 3, subject_id: 1 },
		...{ teacher_ids: [1], room_id: sent('room') },
	});
	let book: Send;
	let bookById: Send;
	beforeAll(async () => {
		const lead = { resource: 'customer', operation: 'upsert', branchId: 1, phone: sent('phone') };
		book = await publishChain(real, 'trial', {
			Lead: { ...lead, fieldsToSet: { name: sent('name'), is_study: 0 } },
			Lesson: lesson('={{ $json.id }}'),
		});
		bookById = await publishChain(real, 'trial-id', { Lesson: lesson(sent('customer')) });
	});
	let days = 0;
	const newDay = () => `2031-03-${String(++days).padStart(2, '0')}`;
	const wish = (phone: string, day: string, more: IDataObject = {}) => ({
		...{ phone, day, time: '17:00', room: 1, name: 'Орлова Мия', ...more },
	});
	const booked = (day: string) => rows('lesson').filter(({ date }) => date === day);
	const others = (day: string, row: IDataObject = {}) =>
		insert('lesson', {
			...{ branch_id: 1, date: day, time_from: `${day} 17:30:00`, time_to: `${day} 18:30:00`, status: 1 },
			...{ lesson_type_id: 2, subject_id: 1, teacher_ids: [1], room_id: 2, group_ids: [1], ...row },
		});

	it('is one lesson for one lead, however often and on whatever day the form comes', async () => {
		const [phone, day] = [newPhone(), newDay()];
		await succeeds(book(wish(phone, day), wish(phone, day)));
		const [{ id }] = cardsOf(phone);
		expect(booked(day)).toMatchObject([
			{ customer_ids: [id], teacher_ids: [1], room_id: 1, lesson_type_id: 3, branch_id: 1, status: 1 },
		]);
		expect(booked(day)).toMatchObject([{ time_from: `${day} 17:00:00`, time_to: `${day} 18:00:00` }]);
		const again = async () => await book(wish(phone, day));
		expect(await changesNothing(again)).toMatchObject([{ status: 'success' }]);
		real.sandbox.settings.now = DateTime.now().plus({ days: 1 }).toUTC().toISO();
		expect(await changesNothing(again)).toMatchObject([{ status: 'success' }]);
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
			const [{ said }] = outcomes.filter(({ status }) => status === 'error');
			expect(said).toMatch(room === 1 ? /(Teacher|Room)\W/ : /Teacher\W/);
			expect(booked(day)).toMatchObject([{ teacher_ids: [1] }]);
		},
	);

	it.each<[string, IDataObject]>([
		['of a lead in another branch', { is_study: 0, branch_ids: [2] }],
		['in the archive', ARCHIVED],
	])('is for the card %s', async (_, row) => {
		const [phone, day] = [newPhone(), newDay()];
		const id = card(phone, row);
		await succeeds(book(wish(phone, day)));
		expect(booked(day)).toMatchObject([{ customer_ids: [id], branch_id: 1 }]);
		expect(cardsOf(phone)).toMatchObject([{ id, ...row }]);
	});

	it('stops at siblings', async () => {
		const phone = newPhone();
		const ids = [card(phone), card(phone, { name: 'Орлов Лев' })];
		const said = await stops(async () => await book(wish(phone, newDay())));
		for (const id of ids) expect(said).toContain(String(id));
	});

	it('is not booked again when the answer was lost', async () => {
		const [phone, day] = [newPhone(), newDay()];
		real.sandbox.faults.add({ kind: 'reset', when: 'after', match: { entity: 'lesson', action: 'create' } });
		await book(wish(phone, day));
		expect(booked(day)).toHaveLength(1);
		expect(await changesNothing(async () => await book(wish(phone, day)))).toMatchObject([
			{ status: 'success' },
		]);
	});

	it.each([{}, { customer: '' }, { customer: null }, { customer: [] }])(
		'is for nobody without a customer: %j',
		async (who) => {
			const said = await stops(async () => await bookById({ ...wish('', newDay()), ...who }));
			expect(said).toContain("'Customer'");
		},
	);

	it.each<[string, IDataObject, boolean]>([
		['a group with the same teacher', {}, true],
		['a group with the same teacher in the other branch', { branch_id: 2, room_id: 4 }, true],
		['a group with another teacher in the same room', { teacher_ids: [2], room_id: 1 }, true],
		['a lesson that is cancelled', { status: 2 }, false],
		['a group with another teacher in another room', { teacher_ids: [2] }, false],
	])('next to %s: %j; is refused: %s', async (_, row, isRefused) => {
		const [phone, day] = [newPhone(), newDay()];
		const other = others(day, row);
		const lead = card(phone, { is_study: 0 });
		const run = async () => await book(wish(phone, day));
		if (isRefused) expect(await stops(run)).toMatch(/(Teacher|Room)\W/);
		else await succeeds(run());
		const own = booked(day).filter(({ id }) => id !== other);
		expect(own.map(({ customer_ids }) => customer_ids)).toEqual(isRefused ? [] : [[lead]]);
	});
});

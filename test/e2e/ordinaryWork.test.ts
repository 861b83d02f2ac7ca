import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS } from '../support/codes';
import type { SendRequests } from './support/flow';
import { recordWithId, publishChain, fieldOfRequest } from './support/flow';
import { useRealN8n } from './support/realN8n';

/**
 * Workflows of a school in a real n8n: payments by phone, a funnel of messages, trial lessons. Requests arrive twice, at the
 * same moment, on another day, or for somebody else. unit/operations tests each step alone.
 *
 * All tests share one school, so each test uses a phone number and a day of its own.
 */
const real = useRealN8n(
	{ customers: 40, settings: { rateLimit: 0 } },
	// docs/limits.md asks for the time zone of the school.
	{ GENERIC_TIMEZONE: 'Europe/Moscow' },
);

const LESSON_TYPE_TRIAL = 3;

beforeAll(async () => {
	real.credential = await real.createCredentialWith({ requestsPerSecond: 50 });
});

afterEach(() => {
	real.sandbox.settings.now = null;
});

let phoneCount = 0;

/** Makes a phone number that no other test uses. */
function makePhone(): string {
	phoneCount += 1;
	return `+7(900)700-00-${String(phoneCount).padStart(2, '0')}`;
}

let dayCount = 0;

/** Makes a day of March 2031 that no other test uses. */
function makeDay(): string {
	dayCount += 1;
	return `2031-03-${String(dayCount).padStart(2, '0')}`;
}

function setClock(now: string): void {
	real.sandbox.settings.now = now;
}

/** Adds a client of branch 1, unless the row says otherwise, and returns the ID. */
function addClient(phone: string, row: IDataObject = {}): number {
	const client = {
		name: 'Орлова Мия',
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [1],
		email: [],
		phone: [phone],
		...row,
	};
	return real.sandbox.store.insert('customer', client as never).id;
}

function readRecords(entity: string): IDataObject[] {
	return real.sandbox.store.rows(entity) as unknown as IDataObject[];
}

/** Reads the records of an entity in which a field has a value. */
function readRecordsWhere(entity: string, field: string, value: number): IDataObject[] {
	return real.sandbox.store.where(entity, field, value) as unknown as IDataObject[];
}

function readCustomersWithPhone(phone: string): IDataObject[] {
	return readRecords('customer').filter((customer) => String(customer.phone) === phone);
}

/** The form that finds or creates the lead of a request. */
function leadForm() {
	return {
		resource: 'customer',
		operation: 'upsert',
		branchId: 1,
		phone: fieldOfRequest('phone'),
		name: fieldOfRequest('name'),
		fieldsToSet: { is_study: CUSTOMER_TYPE.lead },
	};
}

/** Sends requests whose executions must all succeed, and returns the hints of the nodes. */
async function sendSuccessfully(sendRequests: SendRequests, ...requests: IDataObject[]): Promise<string[]> {
	const outcomes = await sendRequests(...requests);
	for (const { status, errorText } of outcomes) {
		expect({ status, errorText }).toEqual({ status: 'success', errorText: '' });
	}
	return outcomes.flatMap(({ hints }) => hints);
}

/** Sends a request whose execution must succeed without any change in AlfaCRM, and returns the hints of the nodes. */
async function sendWithoutChange(sendRequests: SendRequests, request: IDataObject): Promise<string[]> {
	const before = real.sandbox.snapshot();
	const hints = await sendSuccessfully(sendRequests, request);
	expect(real.sandbox.changes(before)).toEqual([]);
	return hints;
}

/** Sends a request whose execution must fail without any change in AlfaCRM, and returns the text that the user sees. */
async function sendInVain(sendRequests: SendRequests, request: IDataObject): Promise<string> {
	const before = real.sandbox.snapshot();
	const [{ status, errorText }] = await sendRequests(request);

	expect(real.sandbox.changes(before)).toEqual([]);
	expect(status).toBe('error');
	expect(errorText).not.toBe('');
	// These words tell of a bug, not of a problem that the user can solve.
	expect(errorText).not.toMatch(/TypeError|undefined|Cannot (use|read)|\[object/);
	return errorText;
}

describe('payments by phone', () => {
	const FIND_FORM = {
		resource: 'customer',
		operation: 'find',
		branchId: 1,
		phone: fieldOfRequest('phone'),
	};

	const PAYMENT_FORM = {
		resource: 'customer',
		operation: 'takePayment',
		branchId: 1,
		id: recordWithId('={{ $json.id }}'),
		income: fieldOfRequest('amount'),
		pay_account_id: 1,
		additionalFields: { document_date: fieldOfRequest('date') },
	};

	let payByPhone: SendRequests;
	let payByPhoneAndName: SendRequests;

	beforeAll(async () => {
		payByPhone = await publishChain(real, 'pay', { Payer: FIND_FORM, Payment: PAYMENT_FORM });
		payByPhoneAndName = await publishChain(real, 'pay-name', {
			Payer: { ...FIND_FORM, matchBy: 'phoneAndName', name: fieldOfRequest('name') },
			Payment: PAYMENT_FORM,
		});
	});

	/** The notice of a bank about a payment. */
	function paymentNotice(phone: string, changes: IDataObject = {}): IDataObject {
		return {
			phone,
			amount: '3872.70',
			date: '10.02.2026',
			name: 'Орлова Мия',
			...changes,
		};
	}

	/** Writes "+7(900)700-00-01" as "8  900 700 00 01". */
	function respellPhone(phone: string): string {
		return `8 ${phone.slice(2).replace(/\D/g, ' ')}`;
	}

	function readPayments(customerId: number): IDataObject[] {
		return readRecordsWhere('pay', 'customer_id', customerId);
	}

	it('two notices of one payment at the same moment enter it once, in the branch of the payer', async () => {
		const phone = makePhone();
		const payerId = addClient(phone, { branch_ids: [2] });
		setClock('2026-02-10 12:00:00');

		await sendSuccessfully(
			payByPhone,
			paymentNotice(phone),
			paymentNotice(respellPhone(phone), { amount: '3 872,70' }),
		);

		expect(readPayments(payerId)).toMatchObject([{ income: '3872.70', branch_id: 2 }]);
	});

	it('a notice of the same payment on the next day changes nothing', async () => {
		const phone = makePhone();
		addClient(phone, { branch_ids: [2] });
		setClock('2026-02-10 12:00:00');
		await sendSuccessfully(payByPhone, paymentNotice(phone));
		setClock('2026-02-11 09:00:00');

		await sendWithoutChange(payByPhone, paymentNotice(respellPhone(phone), { amount: 3872.7 }));
	});

	it('a notice of an equal payment with another date enters a second payment', async () => {
		const phone = makePhone();
		const payerId = addClient(phone);
		await sendSuccessfully(payByPhone, paymentNotice(phone, { date: '10.02.2026' }));

		await sendSuccessfully(payByPhone, paymentNotice(phone, { date: '11.02.2026' }));

		expect(readPayments(payerId)).toHaveLength(2);
	});

	it('a notice with the phone of two siblings enters nothing, and the error names both', async () => {
		const phone = makePhone();
		const miaId = addClient(phone, { name: 'Орлова Мия' });
		const levId = addClient(phone, { name: 'Орлов Лев', branch_ids: [2] });

		const errorText = await sendInVain(payByPhone, paymentNotice(phone));

		expect(errorText).toContain(String(miaId));
		expect(errorText).toContain(String(levId));
		expect(errorText).toContain("'If Several Match'");
	});

	it('a notice with the name of one of two siblings enters the payment of this sibling', async () => {
		const phone = makePhone();
		const miaId = addClient(phone, { name: 'Орлова Мия' });
		const levId = addClient(phone, { name: 'Орлов Лев', branch_ids: [2] });

		await sendSuccessfully(payByPhoneAndName, paymentNotice(phone, { name: 'орлов  лев' }));

		expect(readPayments(miaId)).toEqual([]);
		expect(readPayments(levId)).toMatchObject([{ income: '3872.70', branch_id: 2 }]);
	});

	it.each<{ problem: string; changes: IDataObject; words: string }>([
		{ problem: 'an amount that is text', changes: { amount: 'по договору' }, words: "'Amount'" },
		{ problem: 'the ID of a chat as phone', changes: { phone: '120363025246125888@g.us' }, words: "'Phone'" },
		{ problem: 'an empty phone', changes: { phone: '' }, words: "'Phone' is empty" },
		{ problem: 'an unknown phone', changes: { phone: '+7(900)799-99-99' }, words: 'no customer' },
	])('a notice with $problem enters nothing, and the error says so', async ({ changes, words }) => {
		const phone = makePhone();
		addClient(phone);

		const errorText = await sendInVain(payByPhone, paymentNotice(phone, changes));

		expect(errorText).toContain(words);
	});
});

describe('a funnel of messages', () => {
	const NOTHING_CHANGED = expect.stringMatching(/^Nothing of this customer had to be changed/) as string;
	const COMMENT_EXISTS = expect.stringMatching(
		/^This comm(ent|unication) was there already; nothing was added/,
	) as string;

	let sendMessages: SendRequests;

	beforeAll(async () => {
		const leadId = recordWithId('={{ $json.id }}');
		sendMessages = await publishChain(real, 'message', {
			Lead: leadForm(),
			Stage: {
				resource: 'customer',
				operation: 'moveToStage',
				branchId: 1,
				id: leadId,
				lead_status_id: fieldOfRequest('stage'),
			},
			Comment: {
				resource: 'customer',
				operation: 'addComment',
				branchId: 1,
				id: leadId,
				comment: fieldOfRequest('text'),
			},
		});
	});

	/** The message "Да" of a mother, which moves her lead to a stage. */
	function message(phone: string, { stage }: { stage: number }): IDataObject {
		return { phone, stage, text: 'Да', name: 'Мама Мии' };
	}

	/** Reads the comments of the lead that has a phone. */
	function readComments(phone: string): IDataObject[] {
		const [lead] = readCustomersWithPhone(phone);
		return readRecordsWhere('communication', 'related_id', Number(lead.id));
	}

	/** Dates all comments back by an hour, because the clock of a real n8n cannot be set. */
	function makeCommentsOlder(): void {
		for (const { id, added } of readRecords('communication')) {
			const hourEarlier = DateTime.fromSQL(String(added)).minus({ hours: 1 });
			real.sandbox.store.patch('communication', Number(id), {
				added: hourEarlier.toFormat('yyyy-MM-dd HH:mm:ss'),
			});
		}
	}

	it('two copies of a message at the same moment make one lead with one comment', async () => {
		const phone = makePhone();

		await sendSuccessfully(sendMessages, message(phone, { stage: 2 }), message(phone, { stage: 2 }));

		expect(readCustomersWithPhone(phone)).toMatchObject([
			{ is_study: CUSTOMER_TYPE.lead, lead_status_id: 2, branch_ids: [1] },
		]);
		expect(readComments(phone)).toMatchObject([{ comment: 'Да' }]);
	});

	it('a message that the messenger sends again changes nothing, and hints say so', async () => {
		const phone = makePhone();
		await sendSuccessfully(sendMessages, message(phone, { stage: 2 }));

		const hints = await sendWithoutChange(sendMessages, message(phone, { stage: 2 }));

		expect(hints).toEqual([NOTHING_CHANGED, NOTHING_CHANGED, COMMENT_EXISTS]);
	});

	it('an equal message an hour later adds a second comment and moves the lead on', async () => {
		const phone = makePhone();
		await sendSuccessfully(sendMessages, message(phone, { stage: 2 }));
		makeCommentsOlder();

		const hints = await sendSuccessfully(sendMessages, message(phone, { stage: 3 }));

		expect(hints).toEqual([NOTHING_CHANGED]);
		expect(readComments(phone)).toMatchObject([{ comment: 'Да' }, { comment: 'Да' }]);
		expect(readCustomersWithPhone(phone)).toMatchObject([{ lead_status_id: 3 }]);
	});
});

describe('trial lessons', () => {
	let bookTrialLessons: SendRequests;

	beforeAll(async () => {
		bookTrialLessons = await publishChain(real, 'trial', {
			Lead: leadForm(),
			Lesson: {
				resource: 'lesson',
				operation: 'create',
				branchId: 1,
				customer_ids: recordWithId('={{ $json.id }}'),
				lesson_date: fieldOfRequest('day'),
				time_from: fieldOfRequest('time'),
				lesson_type_id: LESSON_TYPE_TRIAL,
				subject_id: 1,
				teacher_ids: [1],
				room_id: fieldOfRequest('room'),
			},
		});
	});

	/** The form of a website in which somebody asks for a trial lesson with teacher 1. */
	function trialRequest(phone: string, day: string, changes: IDataObject = {}): IDataObject {
		return {
			phone,
			day,
			time: '17:00',
			room: 1,
			name: 'Орлова Мия',
			...changes,
		};
	}

	function readLessonsOn(day: string): IDataObject[] {
		return readRecords('lesson').filter(({ date }) => date === day);
	}

	it('two copies of a form at the same moment book one lesson for one lead', async () => {
		const phone = makePhone();
		const day = makeDay();

		await sendSuccessfully(bookTrialLessons, trialRequest(phone, day), trialRequest(phone, day));

		const leads = readCustomersWithPhone(phone);
		expect(leads).toHaveLength(1);
		expect(readLessonsOn(day)).toMatchObject([
			{
				customer_ids: [leads[0].id],
				teacher_ids: [1],
				room_id: 1,
				lesson_type_id: LESSON_TYPE_TRIAL,
				branch_id: 1,
				status: LESSON_STATUS.planned,
				time_from: `${day} 17:00:00`,
				time_to: `${day} 18:00:00`,
			},
		]);
	});

	it('a form that arrives again on the next day books nothing', async () => {
		const phone = makePhone();
		const day = makeDay();
		await sendSuccessfully(bookTrialLessons, trialRequest(phone, day));
		setClock(DateTime.now().plus({ days: 1 }).toUTC().toISO());

		await sendWithoutChange(bookTrialLessons, trialRequest(phone, day));
	});

	it('a form for another hour of the same day books a second lesson', async () => {
		const phone = makePhone();
		const day = makeDay();
		await sendSuccessfully(bookTrialLessons, trialRequest(phone, day, { time: '17:00' }));

		await sendSuccessfully(bookTrialLessons, trialRequest(phone, day, { time: '18:00' }));

		expect(readLessonsOn(day)).toHaveLength(2);
	});

	it.each([
		{ secondRoom: 1, rooms: 'the same room', obstacle: /(Teacher|Room)\W/ },
		{ secondRoom: 2, rooms: 'two rooms', obstacle: /Teacher\W/ },
	])(
		'two people who ask for a teacher at the same moment in $rooms get one lesson and one error',
		async ({ secondRoom, obstacle }) => {
			const day = makeDay();

			const outcomes = await bookTrialLessons(
				trialRequest(makePhone(), day, { room: 1 }),
				trialRequest(makePhone(), day, { room: secondRoom }),
			);

			expect(outcomes).toHaveLength(2);
			expect(outcomes).toContainEqual(expect.objectContaining({ status: 'success' }));
			expect(outcomes).toContainEqual(
				expect.objectContaining({
					status: 'error',
					errorText: expect.stringMatching(obstacle) as string,
				}),
			);
			expect(readLessonsOn(day)).toMatchObject([{ teacher_ids: [1] }]);
		},
	);

	it('a form that is sent again after a lost answer books no second lesson', async () => {
		const phone = makePhone();
		const day = makeDay();
		real.sandbox.faults.add({ kind: 'reset', when: 'after', match: { entity: 'lesson', action: 'create' } });
		await bookTrialLessons(trialRequest(phone, day));

		await sendWithoutChange(bookTrialLessons, trialRequest(phone, day));

		expect(readLessonsOn(day)).toHaveLength(1);
	});
});

import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError, WEB_PAGE } from '../../support/nodeErrors';
import { settle, stopTime } from '../api/clock';
import { upsertByPhoneForm, findByPhoneForm, customerForm, PHONE, SmallSchool } from './school';

/** A web page that a firewall or a server under repair sends in the place of AlfaCRM's answer. */

/** A Tuesday; the lessons below are on the Monday after it. */
stopTime({ now: Date.parse('2031-03-04T09:00:00Z') });
const DAY = '2031-03-10';

/** Statuses that would mean "no right" or "not there" if AlfaCRM itself had sent them. */
const STATUSES = [400, 403, 404];

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

interface Place {
	status: number;
	call: string;
	branch: number;
	/** How many calls meet a page; all of them by default. */
	times?: number;
}

/** Lets calls to a branch meet a web page. */
function answerWithPages({ status, call, branch, times = Infinity }: Place): void {
	let pages = 0;
	school.onCall = (name, { url }) => {
		const isMeant = name === call && url.includes(`/v2api/${branch}/`);
		if (!isMeant || pages >= times) return undefined;
		pages += 1;
		throw makeAnswerError(status, WEB_PAGE);
	};
}

/** Runs the node while the clock goes on. */
const run = async (parameters: IDataObject) => await settle(school.runToEnd(parameters));

describe('Create or Update of a person whose card is in another branch', () => {
	const form = upsertByPhoneForm({ name: 'Орлова Мия', note: 'Заявка' });

	it.each(STATUSES)(
		'creates no second card when that branch answers with web pages and HTTP %i',
		async (status) => {
			school.addLead({ phone: [PHONE], branch_ids: [2] });
			answerWithPages({ status, call: 'customer/index', branch: 2 });

			const { error } = await run(form);

			expect(school.readRecords('customer')).toHaveLength(1);
			expect(school.readWrites()).toEqual([]);
			expect(error?.message).toBe(
				`demo.s20.online answered with a web page (HTTP ${status}), so it could not look for the customer`,
			);
			expect(error?.description).not.toContain('Hostname');
		},
	);

	it.each(STATUSES)('updates the card when a single page with HTTP %i comes', async (status) => {
		const id = school.addLead({ phone: [PHONE], branch_ids: [2] });
		answerWithPages({ status, call: 'customer/index', branch: 2, times: 1 });

		const { json } = await run(form);

		expect(json).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(school.readRecords('customer')).toMatchObject([{ id, note: 'Заявка' }]);
	});
});

describe('Lesson → Book', () => {
	const form = customerForm('book', {
		resource: 'lesson',
		customer_ids: '1',
		subject_id: 1,
		lesson_type_id: 1,
		teacher_ids: [1],
		when: 'time',
		lesson_date: DAY,
		time_from: '10:00',
		duration: 60,
	});

	it.each(STATUSES)(
		"books nothing over the teacher's lesson in another branch that answers with web pages and HTTP %i",
		async (status) => {
			school.addLead();
			school.addRecord('subject', { name: 'Гитара' });
			school.addRecord('lesson-type', { name: 'Пробный' });
			school.addRecord('teacher', { name: 'Петров Лев', branch_ids: [1, 2] });
			school.addRecord('lesson', {
				branch_id: 2,
				date: DAY,
				time_from: `${DAY} 10:00:00`,
				time_to: `${DAY} 11:00:00`,
				teacher_ids: [1],
				status: 1,
			});
			answerWithPages({ status, call: 'lesson/index', branch: 2 });

			const { error } = await run(form);

			expect(school.readRecords('lesson')).toHaveLength(1);
			expect(error?.message).toContain(`answered with a web page (HTTP ${status})`);
		},
	);
});

describe('Take Payment with an External ID', () => {
	it.each(STATUSES)(
		'enters nothing twice when the old branch of the payer answers with web pages and HTTP %i',
		async (status) => {
			school.addRecord('pay-account', { name: 'Касса' });
			const id = school.addLead({ branch_ids: [2] });
			const note = { externalId: 'inv-1' };
			const form = customerForm('takePayment', {
				id,
				income: 500,
				pay_account_id: 1,
				additionalFields: note,
			});
			await run({ ...form, branchId: 2 });
			school.changeRecord('customer', id, { branch_ids: [1] });
			answerWithPages({ status, call: 'pay/index', branch: 2 });

			const { error } = await run(form);

			expect(school.readRecords('pay')).toHaveLength(1);
			expect(error?.message).toContain(`answered with a web page (HTTP ${status})`);
		},
	);
});

describe('Get Many with Return All', () => {
	const form = customerForm('getAll', { resource: 'room', returnAll: true, filters: {} });

	it('gives all rows where a page in the middle is answered with HTTP 400 and a web page once', async () => {
		for (let number = 1; number <= 501; number++)
			school.addRecord('room', { name: `Зал ${number}`, branch_id: 1, is_enabled: 1 });
		let pages = 0;
		school.onCall = (_call, { body }) => {
			if (body.page !== 1 || pages > 0) return undefined;
			pages += 1;
			throw makeAnswerError(400, WEB_PAGE);
		};

		const { json } = await run(form);

		expect(json).toHaveLength(501);
	});
});

describe('a write that is answered with a web page', () => {
	it.each([...STATUSES, 401])('is sent once and may have been carried out, with HTTP %i', async (status) => {
		answerWithPages({ status, call: 'customer/create', branch: 1 });

		const { error } = await run(customerForm('create', { name: 'Орлова Мия', is_study: 0 }));

		expect(school.readWrites()).toEqual(['customer/create']);
		expect(error?.message).toContain(`answered with a web page (HTTP ${status})`);
		expect(error?.description).toContain('AlfaCRM may have carried it out all the same');
	});

	it('with HTTP 404 is not tried in another branch', async () => {
		const id = school.addLead({ branch_ids: [1, 2] });
		answerWithPages({ status: 404, call: 'customer/update', branch: 1 });

		await run(customerForm('update', { id, updateFields: { note: 'Звонили' } }));

		expect(school.readWrites()).toEqual(['customer/update']);
	});
});

it('a list of branches that is answered with a web page is not one that the user may not see', async () => {
	school.onCall = (call) => {
		if (call === 'branch/index') throw makeAnswerError(403, WEB_PAGE);
		return undefined;
	};

	const { error } = await run(upsertByPhoneForm({ name: 'Орлова Мия' }));

	expect(school.readRecords('customer')).toEqual([]);
	expect(error?.message).toContain('answered with a web page (HTTP 403), so it could not list');
});

it('an overview fails when a part is answered with web pages, and does not leave that part out', async () => {
	const id = school.addLead();
	answerWithPages({ status: 403, call: 'pay/index', branch: 1 });

	const { error } = await run(customerForm('getOverview', { matchBy: 'id', id }));

	expect(error?.message).toContain('answered with a web page (HTTP 403)');
});

describe('a login that is answered with a web page', () => {
	const find = findByPhoneForm();
	const TWELVE_ITEMS = Array.from({ length: 12 }, () => ({}));
	const MESSAGE = 'does not answer as AlfaCRM does: a web page or an incomplete text';

	/** Counts logins, each of which meets a web page. */
	function makeLogIn(status: number): jest.Mock<unknown, []> {
		return jest.fn(() => {
			if (status === 200) return WEB_PAGE;
			throw makeAnswerError(status, WEB_PAGE);
		});
	}

	it.each([200, 403, 404])('and HTTP %i is not tried again for the other items', async (status) => {
		const logIn = makeLogIn(status);
		const credential = { token: '' };

		const { json } = await settle(
			school.runToEnd(find, { items: TWELVE_ITEMS, continueOnFail: true, logIn, credential }),
		);

		expect(logIn).toHaveBeenCalledTimes(1);
		expect(json).toHaveLength(12);
		expect(String(json[11].error)).toContain(MESSAGE);
	});

	it('is tried again by the next execution', async () => {
		const logIn = makeLogIn(403);

		await settle(school.runToEnd(find, { logIn, credential: { token: '' } }));
		await settle(school.runToEnd(find, { logIn, credential: { token: '' } }));

		expect(logIn).toHaveBeenCalledTimes(2);
	});
});

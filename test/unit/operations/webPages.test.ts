import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { makeAnswerError, WEB_PAGE } from '../../support/nodeErrors';
import { settle, stopTime } from '../api/clock';
import { customerForm, findByPhoneForm, PHONE, SmallSchool, upsertByPhoneForm } from './school';

/**
 * A firewall, or a server under repair, sends a web page in the place of AlfaCRM's answer. Its HTTP status says nothing about
 * AlfaCRM, although from AlfaCRM itself a 403 would mean "no right" and a 404 "not there".
 */
const STATUSES_OF_WEB_PAGES = [400, 403, 404];

// It is a Tuesday.
stopTime({ now: Date.parse('2031-03-04T09:00:00Z') });
const NEXT_MONDAY = '2031-03-10';

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
});

describe('Create or Update of a customer whose card is in another branch', () => {
	const form = upsertByPhoneForm({ name: 'Орлова Мия', note: 'Заявка' });

	it.each(STATUSES_OF_WEB_PAGES)(
		'Create or Update creates no second card when the branch of the card answers only with web pages and HTTP %i',
		async (status) => {
			school.addLead({ phone: [PHONE], branch_ids: [2] });
			answerWithWebPages({ call: 'customer/index', branch: 2, status });

			const { error } = await runToEnd(form);

			expect(school.readRecords('customer')).toHaveLength(1);
			expect(school.readWrites()).toEqual([]);
			expect(error?.message).toBe(
				`demo.s20.online answered with a web page (HTTP ${status}), so it could not look for the customer`,
			);
			expect(error?.description).not.toContain('Hostname');
		},
	);

	it.each(STATUSES_OF_WEB_PAGES)(
		'Create or Update updates the card when its branch answers with one web page, with HTTP %i, and then as usual',
		async (status) => {
			const customer = school.addLead({ phone: [PHONE], branch_ids: [2] });
			answerWithWebPages({ call: 'customer/index', branch: 2, status, times: 1 });

			const { json } = await runToEnd(form);

			expect(json).toMatchObject([{ id: customer, operationResult: 'updated' }]);
			expect(school.readRecords('customer')).toMatchObject([{ id: customer, note: 'Заявка' }]);
		},
	);

	it('Create or Update creates nothing when web pages with HTTP 403 come in place of the list of branches', async () => {
		school.onCall = (call) => {
			if (call === 'branch/index') throw makeAnswerError(403, WEB_PAGE);
			return undefined;
		};

		const { error } = await runToEnd(form);

		expect(school.readRecords('customer')).toEqual([]);
		expect(error?.message).toContain('answered with a web page (HTTP 403), so it could not list');
	});
});

describe('Book', () => {
	const PETROV = 1;

	it.each(STATUSES_OF_WEB_PAGES)(
		'Book books nothing when another branch of the teacher answers with web pages and HTTP %i',
		async (status) => {
			const customer = school.addLead();
			const subject = school.addRecord('subject', { name: 'Гитара' });
			const lessonType = school.addRecord('lesson-type', { name: 'Пробный' });
			school.addRecord('teacher', { id: PETROV, name: 'Петров Лев', branch_ids: [1, 2] });
			addLessonInBranch2({ teacher_ids: [PETROV] });
			answerWithWebPages({ call: 'lesson/index', branch: 2, status });

			const { error } = await runToEnd(
				customerForm('book', {
					resource: 'lesson',
					customer_ids: String(customer),
					subject_id: subject,
					lesson_type_id: lessonType,
					teacher_ids: [PETROV],
					when: 'time',
					lesson_date: NEXT_MONDAY,
					time_from: '10:00',
					duration: 60,
				}),
			);

			expect(school.readRecords('lesson')).toHaveLength(1);
			expect(error?.message).toContain(`answered with a web page (HTTP ${status})`);
		},
	);

	/** Adds a planned lesson on Monday from 10:00 to 11:00. */
	function addLessonInBranch2(values: IDataObject): void {
		school.addRecord('lesson', {
			branch_id: 2,
			date: NEXT_MONDAY,
			time_from: `${NEXT_MONDAY} 10:00:00`,
			time_to: `${NEXT_MONDAY} 11:00:00`,
			status: LESSON_STATUS.planned,
			...values,
		});
	}
});

describe('Take Payment with an External ID', () => {
	it.each(STATUSES_OF_WEB_PAGES)(
		'Take Payment enters no second payment when the old branch of the payer answers with web pages and HTTP %i',
		async (status) => {
			const payAccount = school.addRecord('pay-account', { name: 'Касса' });
			const payer = school.addLead({ branch_ids: [2] });
			const form = customerForm('takePayment', {
				id: payer,
				income: 500,
				pay_account_id: payAccount,
				additionalFields: { externalId: 'inv-1' },
			});
			await runToEnd({ ...form, branchId: 2 });
			school.changeRecord('customer', payer, { branch_ids: [1] });
			answerWithWebPages({ call: 'pay/index', branch: 2, status });

			const { error } = await runToEnd(form);

			expect(school.readRecords('pay')).toHaveLength(1);
			expect(error?.message).toContain(`answered with a web page (HTTP ${status})`);
		},
	);
});

describe('Get Many with Return All', () => {
	const ROOMS = 501;

	it('Get Many returns all rooms when a web page comes once in place of the second page of the list', async () => {
		addRooms(ROOMS);
		let webPages = 0;
		school.onCall = (_call, { body }) => {
			const isSecondPage = body.page === 1;
			if (!isSecondPage || webPages > 0) return undefined;
			webPages += 1;
			throw makeAnswerError(400, WEB_PAGE);
		};

		const { json } = await runToEnd(
			customerForm('getAll', { resource: 'room', returnAll: true, filters: {} }),
		);

		expect(json).toHaveLength(ROOMS);
	});

	function addRooms(count: number): void {
		for (let number = 1; number <= count; number++) {
			school.addRecord('room', { name: `Зал ${number}`, branch_id: 1, is_enabled: 1 });
		}
	}
});

describe('Get Overview', () => {
	it('Get Overview fails when web pages come in place of the payments, and does not leave the payments out', async () => {
		const customer = school.addLead();
		answerWithWebPages({ call: 'pay/index', branch: 1, status: 403 });

		const { error } = await runToEnd(customerForm('getOverview', { matchBy: 'id', id: customer }));

		expect(error?.message).toContain('answered with a web page (HTTP 403)');
	});
});

describe('A write that is answered with a web page', () => {
	it.each([400, 401, 403, 404])(
		'Create sends a customer once and says that AlfaCRM may have saved it when a web page with HTTP %i answers',
		async (status) => {
			answerWithWebPages({ call: 'customer/create', branch: 1, status });

			const { error } = await runToEnd(
				customerForm('create', { name: 'Орлова Мия', is_study: CUSTOMER_TYPE.lead }),
			);

			expect(school.readWrites()).toEqual(['customer/create']);
			expect(error?.message).toContain(`answered with a web page (HTTP ${status})`);
			expect(error?.description).toContain('AlfaCRM may have carried it out all the same');
		},
	);

	it('Update does not try another branch of the customer when a web page with HTTP 404 answers', async () => {
		const customer = school.addLead({ branch_ids: [1, 2] });
		answerWithWebPages({ call: 'customer/update', branch: 1, status: 404 });

		await runToEnd(customerForm('update', { id: customer, updateFields: { note: 'Звонили' } }));

		expect(school.readWrites()).toEqual(['customer/update']);
	});
});

describe('A login that is answered with a web page', () => {
	const form = findByPhoneForm();

	it.each([200, 403, 404])(
		'Find tries to log in once for twelve items, which all fail, when a web page with HTTP %i answers the login',
		async (status) => {
			const logIn = makeLoginWithWebPage(status);
			const twelveItems = Array.from({ length: 12 }, () => ({}));

			const { json } = await settle(
				school.runToEnd(form, {
					items: twelveItems,
					continueOnFail: true,
					logIn,
					credential: { token: '' },
				}),
			);

			expect(logIn).toHaveBeenCalledTimes(1);
			expect(json).toHaveLength(12);
			expect(json.at(-1)).toMatchObject({
				error: expect.stringContaining(
					'does not answer as AlfaCRM does: a web page or an incomplete text',
				) as string,
			});
		},
	);

	it('Find logs in again in an execution after the one whose login a web page has answered', async () => {
		const logIn = makeLoginWithWebPage(403);

		await settle(school.runToEnd(form, { logIn, credential: { token: '' } }));
		await settle(school.runToEnd(form, { logIn, credential: { token: '' } }));

		expect(logIn).toHaveBeenCalledTimes(2);
	});

	/** Makes a login that counts its calls and answers each with a web page. */
	function makeLoginWithWebPage(status: number): jest.Mock<unknown, []> {
		return jest.fn(() => {
			if (status === 200) return WEB_PAGE;
			throw makeAnswerError(status, WEB_PAGE);
		});
	}
});

interface InterruptedCall {
	call: string;
	branch: number;
	/** The HTTP status of the web page. */
	status: number;
	/** How often a web page comes, before AlfaCRM answers again. By default it comes always. */
	times?: number;
}

/** Answers a call in one branch with web pages. */
function answerWithWebPages({ call, branch, status, times = Infinity }: InterruptedCall): void {
	let webPages = 0;
	school.onCall = (sentCall, { url }) => {
		const isInterrupted = sentCall === call && url.includes(`/v2api/${branch}/`);
		if (!isInterrupted || webPages >= times) return undefined;
		webPages += 1;
		throw makeAnswerError(status, WEB_PAGE);
	};
}

/** Runs a form and moves the clock, so that the node can wait before it tries a call again. */
async function runToEnd(form: IDataObject) {
	return await settle(school.runToEnd(form));
}

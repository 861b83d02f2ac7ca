import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeParameters,
	NodeApiError,
} from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS, LOG_EVENT } from '../../support/codes';
import { makeHttpFailure } from '../support/directSchool';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';
import {
	CUSTOMER_CREATED,
	LARGE_PAGES,
	PolledSchool,
	RECORD_CHANGED,
	SMALL_PAGES,
} from '../support/polledSchool';
import { useSchool } from '../support/school';
import { describeScheduled, makeFailure } from '../support/version';
import { answerEverything, failBranch, failList, failRecord } from './alfaCrmFailures';
import { FakeTimeSchool } from './fakeTimeSchool';

afterEach(() => {
	jest.restoreAllMocks();
	jest.useRealTimers();
});

const HOUR = 60;
const DAY = 24 * HOUR;

/** Returns the error of a poll, which must fail. */
async function expectFailure(poll: Promise<unknown>): Promise<NodeApiError> {
	try {
		await poll;
	} catch (error) {
		return error as NodeApiError;
	}
	throw new Error('The poll did not fail');
}

describe('Customer Created while AlfaCRM fails', () => {
	interface FailedAnswer {
		answer: string;
		error: () => Error;
		message: RegExp;
		cause: object;
		credential?: ICredentialDataDecryptedObject;
	}

	const FAILED_ANSWERS: FailedAnswer[] = [
		{
			answer: 'HTTP 503',
			error: () => makeHttpFailure(503),
			message: /^AlfaCRM could not look for new customers \(HTTP 503\)$/,
			cause: { cause: 'temporarily-unavailable' },
		},
		{
			answer: 'that there are too many requests, and asks for more time than a poll has',
			error: () => makeHttpFailure(429, { headers: { 'retry-after': '16' } }),
			message: /AlfaCRM (receives|still received) too many requests/,
			cause: { cause: 'rate-limited', retryAfterMs: 16_000 },
		},
		{
			answer: 'that there are too many requests, and asks for no time',
			error: () => makeHttpFailure(429),
			message: /^AlfaCRM still received too many requests after 3 seconds/,
			cause: { cause: 'rate-limited', retryAfterMs: 60_000 },
			credential: { rateLimitWait: 3 },
		},
		{
			answer: 'HTTP 403 with the web page of a firewall',
			error: () => makeHttpFailure(403, { data: '<html>Forbidden</html>' }),
			message: / answered with a web page \(HTTP 403\), so it could not look for new customers$/,
			cause: { cause: 'temporarily-unavailable' },
		},
		{
			answer: 'HTTP 403, because this user lacks the right',
			error: () => makeHttpFailure(403),
			message: /^AlfaCRM denied access: this user may not look for new customers in branch 1$/,
			cause: { cause: 'credential-invalid' },
		},
		{
			answer: 'HTTP 404, because the branch is gone',
			error: () => makeHttpFailure(404),
			message: /^AlfaCRM answered "not found" when asked to look for new customers in branch 1$/,
			cause: { cause: 'configuration-invalid' },
		},
	];

	it.each(FAILED_ANSWERS)(
		'a poll fails with the reason when AlfaCRM answers $answer',
		async ({ error, message, cause, credential }) => {
			const school = new FakeTimeSchool(credential);
			await school.poll();
			school.failAllCalls(error());

			const thrown = await expectFailure(school.poll());

			expect(thrown.message).toMatch(message);
			expect(thrown.failure).toEqual(makeFailure(cause));
		},
	);

	it.each(FAILED_ANSWERS)(
		'Customer Created keeps its state when AlfaCRM answers $answer, and reports each new customer once afterwards',
		async ({ error, credential }) => {
			const school = new FakeTimeSchool(credential);
			await school.poll();
			const stateBefore = school.poller.state;
			const customerOfBranch1 = school.addCustomer({ branch: 1 });
			const customerOfBranch2 = school.addCustomer({ branch: 2 });

			school.failAllCalls(error());
			await expectFailure(school.poll());
			expect(school.poller.state).toEqual(stateBefore);

			await school.recover();
			expect(await school.poll()).toEqual([customerOfBranch1, customerOfBranch2]);
			expect(await school.poll()).toEqual([]);
		},
	);
});

describe('Customer Created with a key that AlfaCRM refuses', () => {
	const school = useSchool({ customers: 5 });
	let poller: Poller;

	beforeEach(async () => {
		poller = new Poller(school.engine, CUSTOMER_CREATED);
		await poller.poll();
	});

	function enterKey(apiKey: unknown): void {
		// Without its token, the node has to log in again.
		Object.assign(school.engine.credentials.stored, { token: '', apiKey });
	}

	it('a poll with a wrong API key fails as an invalid credential and keeps its state', async () => {
		const stateBefore = poller.state;
		enterKey('wrong');

		const thrown = await expectFailure(poller.poll());

		expect(thrown.failure).toEqual(makeFailure({ cause: 'credential-invalid' }));
		expect(poller.state).toEqual(stateBefore);
	});

	it('Customer Created reports the customers who came while the API key was wrong, once it is right', async () => {
		const { apiKey } = school.engine.credentials.stored;
		enterKey('wrong');
		await expectFailure(poller.poll());
		const { id } = school.sandbox.store.insert('customer', {
			name: 'Анна',
			is_study: CUSTOMER_TYPE.lead,
			branch_ids: [1],
		});

		enterKey(apiKey);

		expect(await poller.poll()).toMatchObject([{ id }]);
	});
});

describe('Customer Created when one of two branches cannot be read', () => {
	let school: PolledSchool;
	let customerOfBranch1: number;
	let customerOfBranch2: number;

	beforeEach(async () => {
		school = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters: CUSTOMER_CREATED });
		await school.poll();
		customerOfBranch1 = school.addCustomer({ branch_ids: [1] });
		customerOfBranch2 = school.addCustomer({ branch_ids: [2] });
	});

	it.each([{ status: 500 }, { status: 403 }, { status: 404 }])(
		"Customer Created reports the customer of branch 1 when branch 2 answers HTTP $status, and names branch 2 in n8n's log",
		async ({ status }) => {
			failBranch(school, 2, status);

			expect(await school.poll()).toEqual([customerOfBranch1]);
			expect(school.poller.logLines).toEqual([
				expect.stringMatching(/^'AlfaCRM Trigger' could not look into branch 2: AlfaCRM /),
			]);
		},
	);

	it('a poll fails when branch 1 has nothing new and branch 2 answers HTTP 500, which may soon be over', async () => {
		failBranch(school, 2, 500);
		await school.poll();

		await expect(school.poll()).rejects.toThrow('500');
	});

	it.each([{ status: 403 }, { status: 404 }])(
		'a poll does not fail when branch 1 has nothing new and branch 2 answers HTTP $status, which lasts',
		async ({ status }) => {
			failBranch(school, 2, status);
			await school.poll();

			expect(await school.poll()).toEqual([]);
		},
	);

	it.each([{ status: 500 }, { status: 403 }, { status: 404 }])(
		'Customer Created reports the customer of branch 2 once, when the branch no longer answers HTTP $status',
		async ({ status }) => {
			failBranch(school, 2, status);
			await school.poll();

			answerEverything(school);

			expect(await school.poll()).toEqual([customerOfBranch2]);
			expect(await school.poll()).toEqual([]);
		},
	);
});

describe('Customer Created when AlfaCRM answers HTTP 500 to the first poll', () => {
	it.each([{ list: 'branch' }, { list: 'customer' }])(
		'the first poll fails and stores no state when AlfaCRM cannot list the $list records',
		async ({ list }) => {
			const school = new PolledSchool({ settings: LARGE_PAGES, parameters: CUSTOMER_CREATED });
			failList(school, list);

			await expect(school.poll()).rejects.toThrow('500');
			expect(school.poller.state).toEqual({});
		},
	);

	it.each([{ list: 'branch' }, { list: 'customer' }])(
		'Customer Created starts once AlfaCRM can list the $list records, and reports the customers who come then',
		async ({ list }) => {
			const school = new PolledSchool({ settings: LARGE_PAGES, parameters: CUSTOMER_CREATED });
			school.addCustomer();
			failList(school, list);
			await expect(school.poll()).rejects.toThrow('500');

			answerEverything(school);
			expect(await school.poll()).toEqual([]);

			const customer = school.addCustomer();
			expect(await school.poll()).toEqual([customer]);
		},
	);
});

describe('Customer Created when branch 2 answers HTTP 500 to the first poll', () => {
	let school: PolledSchool;

	beforeEach(() => {
		school = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters: CUSTOMER_CREATED });
		school.addCustomer({ branch_ids: [2] });
		failBranch(school, 2);
	});

	it('the first poll fails and stores no state when one of two branches cannot be read', async () => {
		await expect(school.poll()).rejects.toThrow('500');
		expect(school.poller.state).toEqual({});
	});

	it('Customer Created does not report an old customer of a branch that could not be read in the first poll', async () => {
		await expect(school.poll()).rejects.toThrow('500');

		answerEverything(school);

		expect(await school.pollRepeatedly(2, { minutesApart: 5 })).toEqual([]);
	});
});

describe('Lead Became Client while branch 2 answers HTTP 500', () => {
	const LEAD_CONVERTED = { event: 'leadConverted', fetchRecord: false };
	const CONVERSION = {
		fields_old: { is_study: CUSTOMER_TYPE.lead },
		fields_new: { is_study: CUSTOMER_TYPE.client },
	};

	/** Starts a trigger, lets it poll three times, and lets branch 2 fail from then on. */
	async function startTriggerAndFailBranch2(
		settings: Partial<Settings> = LARGE_PAGES,
		poller: PollerOptions = {},
	): Promise<PolledSchool> {
		const school = new PolledSchool({ settings, branches: 2, parameters: LEAD_CONVERTED, poller });
		school.addLogEntry();
		await school.poll();
		await school.pollRepeatedly(2, { minutesApart: 30 }, () => school.addLogEntry());
		failBranch(school, 2);
		return school;
	}

	/** Lets a day pass with 100 changes in branch 1, polls, and returns the number of requests of the poll. */
	async function pollAfterDay(school: PolledSchool): Promise<number> {
		school.passMinutes(DAY);
		school.addLogEntries(100, { minutesApart: 10 });
		const requestsBefore = school.school.callCount;
		await expect(school.poll()).rejects.toThrow('500');
		return school.school.callCount - requestsBefore;
	}

	/** Polls once a day, and returns the number of requests of each poll. */
	async function pollAfterDays(school: PolledSchool, days: number): Promise<number[]> {
		const requestsOfDays: number[] = [];
		for (let day = 1; day <= days; day++) {
			requestsOfDays.push(await pollAfterDay(school));
		}
		return requestsOfDays;
	}

	/** Polls twelve times, an hour apart. The polls that have nothing to report fail because of branch 2. */
	async function pollForTwelveHours(school: PolledSchool): Promise<void> {
		for (let hour = 1; hour <= 12; hour++) {
			await school.pollRepeatedly(1, { minutesApart: HOUR }).catch(() => {});
		}
	}

	it('Lead Became Client sends less than twice as many requests on the eighth day of a failure as on the second', async () => {
		const school = await startTriggerAndFailBranch2(SMALL_PAGES);

		const requestsOfDays = await pollAfterDays(school, 8);

		const requestsOfSecondDay = requestsOfDays[1];
		const requestsOfEighthDay = requestsOfDays[7];
		expect(requestsOfEighthDay).toBeLessThan(2 * requestsOfSecondDay);
	});

	it('Lead Became Client reports a converted lead of branch 1, although branch 2 has failed for eight days', async () => {
		const school = await startTriggerAndFailBranch2(SMALL_PAGES);
		await pollAfterDays(school, 8);
		const convertedLead = school.addLogEntry({ values: CONVERSION });

		await pollForTwelveHours(school);

		expect(school.reportedIds).toEqual([convertedLead]);
	});

	describe('after a restart of n8n', () => {
		let school: PolledSchool;

		beforeEach(async () => {
			school = await startTriggerAndFailBranch2();
			school.poller.restart();
		});

		it("the first poll after a restart does not fail because of branch 2, but names it in n8n's log", async () => {
			expect(await school.poll()).toEqual([]);
			expect(school.poller.logLines).toEqual([
				expect.stringMatching(/^'AlfaCRM Trigger' could not look into branch 2: /),
			]);
		});

		it('the second poll after a restart fails because of branch 2', async () => {
			await school.poll();
			school.passMinutes(5);

			await expect(school.poll()).rejects.toThrow('500');
		});

		it('Lead Became Client reports a converted lead of branch 1 after a restart, although branch 2 fails', async () => {
			await school.poll();
			school.passMinutes(5);
			await expect(school.poll()).rejects.toThrow('500');
			const convertedLead = school.addLogEntry({ values: CONVERSION });

			expect(await school.pollRepeatedly(1, { minutesApart: 5 })).toEqual([convertedLead]);
		});
	});

	describeScheduled("in n8n's durable scheduler", () => {
		it("a poll in n8n's durable scheduler stores its progress instead of failing, because n8n drops the state of a failed poll", async () => {
			const school = await startTriggerAndFailBranch2(LARGE_PAGES, { isDurable: true });
			school.passMinutes(DAY);
			school.addLogEntries(200, { minutesApart: 1 });
			const stateBefore = structuredClone(school.cursor);

			expect(await school.poll()).toEqual([]);
			expect(school.poller.logLines).toEqual([
				expect.stringMatching(/^'AlfaCRM Trigger' could not look into branch 2: /),
			]);
			expect(school.cursor).not.toEqual(stateBefore);
		});
	});
});

interface WatchedList {
	event: string;
	parameters: INodeParameters;
	/** Adds something that the event reports, and returns its ID. */
	addRecord: (school: PolledSchool, branch: number) => number;
}

describe.each<WatchedList>([
	{
		event: 'Record Changed',
		parameters: RECORD_CHANGED,
		addRecord: (school, branch) => school.addLogEntry({ branches: [branch] }),
	},
	{
		event: 'Customer Created',
		parameters: CUSTOMER_CREATED,
		addRecord: (school, branch) => school.addCustomer({ branch_ids: [branch] }),
	},
])('$event after n8n was off for weeks', ({ parameters, addRecord }) => {
	/** Starts a trigger in a school with one old record in each of two branches. */
	async function startTrigger(): Promise<PolledSchool> {
		const school = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters });
		addRecord(school, 1);
		addRecord(school, 2);
		await school.poll();
		await school.pollRepeatedly(2, { minutesApart: 5 });
		return school;
	}

	/**
	 * Lets days pass without a poll. Each day brings a record of branch 2 and one of branch 1. Returns their
	 * IDs.
	 */
	function passDaysWithoutPoll(school: PolledSchool, days: number): number[] {
		const records: number[] = [];
		for (let day = 1; day <= days; day++) {
			school.passMinutes(DAY / 2);
			records.push(addRecord(school, 2));
			school.passMinutes(DAY / 2);
			records.push(addRecord(school, 1));
		}
		return records;
	}

	/** Polls four times a day for five days. After each poll, each branch gets a record. Returns their IDs. */
	async function pollForFiveDays(school: PolledSchool): Promise<number[]> {
		const records: number[] = [];
		for (let poll = 1; poll <= 5 * 4; poll++) {
			// A poll fails when it has nothing to report but the failure of branch 2.
			await school.poll().catch(() => []);
			school.passMinutes(DAY / 4);
			records.push(addRecord(school, 1));
			records.push(addRecord(school, 2));
		}
		return records;
	}

	it.each([
		{ status: 500, daysOff: 40 },
		{ status: 403, daysOff: 100 },
	])(
		'the trigger reports each record of $daysOff days once, although branch 2 answers HTTP $status for five more days',
		async ({ status, daysOff }) => {
			const school = await startTrigger();
			const recordsOfDaysOff = passDaysWithoutPoll(school, daysOff);
			school.poller.restart();
			failBranch(school, 2, status);
			const recordsOfFiveDays = await pollForFiveDays(school);

			answerEverything(school);
			await school.pollRepeatedly(4, { minutesApart: 61 });

			const reportedIds = [...school.reportedIds].sort((a, b) => a - b);
			expect(reportedIds).toEqual([...recordsOfDaysOff, ...recordsOfFiveDays]);
		},
	);
});

describe('A trigger that must read a record which AlfaCRM fails to show', () => {
	let lastId = 0;

	/** Makes an ID that no other test uses, because all triggers of a process share their unreadable records. */
	function makeUnusedId(): number {
		lastId += 1;
		return lastId;
	}

	/** Makes a school with a log entry, of which the trigger knows. */
	async function startTrigger(parameters: INodeParameters): Promise<PolledSchool> {
		const school = new PolledSchool({ parameters });
		school.addLogEntry();
		expect(await school.poller.poll()).toEqual([]);
		return school;
	}

	/** Polls every ten minutes of an hour. Each poll must fail, because a record fails. */
	async function expectFailuresForAnHour(school: PolledSchool): Promise<void> {
		for (let passed = 0; passed < HOUR; passed += 10) {
			await expect(school.poller.poll()).rejects.toThrow('HTTP 500');
			school.passMinutes(10);
		}
	}

	describe('for Customer Updated', () => {
		let school: PolledSchool;
		let firstCustomer: number;
		let failingCustomer: number;
		let lastCustomer: number;

		/** Makes an item whose record was read. */
		const itemWithRecord = (id: number): IDataObject => ({ id, name: null, change: { entity_id: id } });

		/** Makes an item whose record could not be read. */
		const itemWithError = (id: number) => ({
			id,
			change: { entity_id: id },
			recordError: expect.stringMatching(/HTTP 500/) as string,
		});

		function logChange(customer: number): void {
			school.addLogEntry({ values: { entity: 'Customer', entity_id: customer } });
		}

		function addChangedCustomer(): number {
			const customer = school.addCustomer({ id: makeUnusedId() });
			logChange(customer);
			return customer;
		}

		/**
		 * Polls until the first customer is reported and an hour has passed, in which the second one is
		 * unreadable.
		 */
		async function waitForFailingCustomer(): Promise<void> {
			await school.poller.poll();
			await expectFailuresForAnHour(school);
		}

		beforeEach(async () => {
			school = await startTrigger({ event: 'customerUpdated', simplify: false });
			firstCustomer = addChangedCustomer();
			failingCustomer = addChangedCustomer();
			lastCustomer = addChangedCustomer();
			failRecord(school, 'customer', failingCustomer);
		});

		it('Customer Updated reports at once the customer who was changed before the unreadable one', async () => {
			expect(await school.poller.poll()).toMatchObject([itemWithRecord(firstCustomer)]);
		});

		it('Customer Updated fails for an hour and names the customer whom AlfaCRM cannot show', async () => {
			await school.poller.poll();

			await expect(school.poller.poll()).rejects.toThrow(
				`could not get customer ${failingCustomer} (HTTP 500)`,
			);
			await expectFailuresForAnHour(school);
		});

		it('Customer Updated reports an unreadable customer without the record after an hour, and then the next customer', async () => {
			await waitForFailingCustomer();

			expect(await school.poller.poll()).toMatchObject([
				itemWithError(failingCustomer),
				itemWithRecord(lastCustomer),
			]);
			expect(await school.poller.poll()).toEqual([]);
		});

		it('Customer Updated does not wait for another hour when an unreadable customer is changed again', async () => {
			await waitForFailingCustomer();
			await school.poller.poll();
			logChange(failingCustomer);
			school.passMinutes(HOUR);

			expect(await school.poller.poll()).toMatchObject([itemWithError(failingCustomer)]);
			expect(await school.poller.poll()).toEqual([]);
		});

		it('Customer Updated reports a customer with the record once AlfaCRM can show it again', async () => {
			await waitForFailingCustomer();
			await school.poller.poll();

			answerEverything(school);
			logChange(failingCustomer);
			school.passMinutes(HOUR);

			expect(await school.poller.poll()).toMatchObject([itemWithRecord(failingCustomer)]);
		});

		it('Customer Updated waits again for a customer whom AlfaCRM could show in between', async () => {
			await waitForFailingCustomer();
			await school.poller.poll();
			answerEverything(school);
			logChange(failingCustomer);
			school.passMinutes(HOUR);
			await school.poller.poll();

			failRecord(school, 'customer', failingCustomer);
			logChange(failingCustomer);
			school.passMinutes(HOUR);

			await expect(school.poller.poll()).rejects.toThrow('HTTP 500');
		});
	});

	it('Customer Archived reports an unreadable customer after an hour, with the reason', async () => {
		const school = await startTrigger({ event: 'customerArchived' });
		const failingCustomer = school.addCustomer({ id: makeUnusedId() });
		const otherCustomer = school.addCustomer({ id: makeUnusedId() });
		const archived = { entity: 'Customer', fields_old: {}, fields_new: { removed: 1 } };
		school.addLogEntry({ values: { ...archived, entity_id: failingCustomer } });
		school.addLogEntry({ values: { ...archived, entity_id: otherCustomer } });
		failRecord(school, 'customer', failingCustomer);

		await expectFailuresForAnHour(school);

		expect(await school.poller.poll()).toMatchObject([
			{ customer_id: failingCustomer, customer_error: expect.stringMatching(/HTTP 500/) as string },
			{ customer_id: otherCustomer },
		]);
		expect(await school.poller.poll()).toEqual([]);
	});

	describe('for Customer Attended', () => {
		const VERA = 1;
		const ANNA = 2;
		const BORIS = 3;
		let school: PolledSchool;
		let lesson: number;

		function logAttendance(customer: number): void {
			school.addLogEntry({
				values: {
					entity: 'LessonDetails',
					entity_id: customer,
					event: LOG_EVENT.created,
					fields_new: { customer_id: customer, lesson_id: lesson, is_attend: ATTENDANCE.attended },
				},
			});
		}

		beforeEach(async () => {
			school = await startTrigger({ event: 'customerAttended', simplify: false });
			for (const customer of [VERA, ANNA, BORIS]) {
				school.addCustomer({ id: customer, is_study: CUSTOMER_TYPE.client });
			}
			lesson = school.addRecord('lesson', {
				id: makeUnusedId(),
				branch_id: 1,
				date: '2026-02-10',
				status: LESSON_STATUS.held,
			});
			logAttendance(VERA);
			logAttendance(ANNA);
			failRecord(school, 'lesson', lesson);
		});

		it('Customer Attended Lesson reports each customer of an unreadable lesson after an hour, with the reason', async () => {
			await expectFailuresForAnHour(school);

			expect(await school.poller.poll()).toMatchObject([
				{
					lesson_id: lesson,
					customer_id: VERA,
					lesson_error: expect.stringMatching(/HTTP 500/) as string,
				},
				{
					lesson_id: lesson,
					customer_id: ANNA,
					lesson_error: expect.stringMatching(/HTTP 500/) as string,
				},
			]);
		});

		it('Customer Attended Lesson reports a later customer of an unreadable lesson once, without waiting again', async () => {
			await expectFailuresForAnHour(school);
			await school.poller.poll();
			school.passMinutes(HOUR);
			logAttendance(BORIS);

			expect(await school.poller.poll()).toMatchObject([{ lesson_id: lesson, customer_id: BORIS }]);
			expect(await school.poller.poll()).toEqual([]);
		});
	});
});

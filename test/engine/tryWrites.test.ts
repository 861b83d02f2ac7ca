import { readFileSync } from 'node:fs';
import type { IDataObject } from 'n8n-workflow';

import type { Fault } from '../../sandbox';
import { frontDeskOf } from './support/frontDesk';
import { callInProcess, skipRetryPauses } from './support/inProcess';
import { useSchool } from './support/school';
import { GROUP, MARK, tryWritesForm, WriteTrial } from './writeTrial';

callInProcess();
skipRetryPauses();

const school = useSchool({ customers: 40, settings: { bodyPageSize: 'honoured' } });
const {
	addLead,
	changeRecord,
	changeSettings,
	expectRefused,
	expectRefusedUnsent,
	readCustomer,
	readWrites,
	run,
	runToEnd,
} = frontDeskOf(school);
const trial = new WriteTrial(school);

/** A customer of the sandbox, whom no trial may touch. */
const OTHER_CUSTOMER = 1;

const ALL_STEPS = [
	'create lead',
	'update lead',
	'add comment',
	'create task',
	'add to group',
	'remove from group',
	'archive lead',
	'delete comment',
	'delete task',
	'delete membership',
	'delete lead',
];

/** The calls that write, and the steps that send them. */
const WRITES = [
	{ call: 'customer/create', steps: ['create lead'] },
	{ call: 'customer/update', steps: ['update lead', 'archive lead'] },
	{ call: 'customer/delete', steps: ['delete lead'] },
	{ call: 'communication/create', steps: ['add comment'] },
	{ call: 'communication/delete', steps: ['delete comment'] },
	{ call: 'task/create', steps: ['create task'] },
	{ call: 'task/delete', steps: ['delete task'] },
	{ call: 'cgi/create', steps: ['add to group'] },
	{ call: 'cgi/update', steps: ['remove from group'] },
	{ call: 'cgi/delete', steps: ['delete membership'] },
];

/** Lets every call of one kind, such as "task/create", fail in the same way. */
function failCalls(call: string, fault: Fault): void {
	const [entity, action] = call.split('/');
	school.sandbox.faults.add({ ...fault, match: { entity, action }, times: Infinity });
}

beforeEach(() => trial.prepare());

describe('Try Writes', () => {
	it('Try Writes sends nothing unless Write a Test Lead is on', async () => {
		await expectRefusedUnsent(tryWritesForm({ writeTestLead: false }), "'Write a Test Lead' is off");
	});

	it('Try Writes reports that every step works when AlfaCRM does as the API notes say', async () => {
		const report = await trial.tryWrites();

		expect(report.listSteps('works')).toEqual(ALL_STEPS);
		expect(report.conclusion).toBe('All 11 steps that were tried work. Nothing stays in AlfaCRM.');
	});

	it('Try Writes leaves nothing in AlfaCRM', async () => {
		await trial.tryWrites();

		expect(trial.readRemaining()).toEqual([]);
	});

	it('Try Writes creates each record once and deletes it', async () => {
		await trial.tryWrites();

		expect(readWrites()).toEqual([
			'customer/create',
			'customer/update',
			'communication/create',
			'task/create',
			'cgi/create',
			'cgi/update',
			'customer/update',
			'communication/delete',
			'task/delete',
			'cgi/delete',
			'customer/delete',
		]);
	});

	it('Try Writes marks the lead, the update, the comment and the task as a test', async () => {
		await trial.tryWrites();

		const marked = expect.stringContaining(MARK) as string;
		expect(school.readJournal('customer/create')).toMatchObject([{ body: { name: marked, note: marked } }]);
		expect(school.readJournal('customer/update')).toMatchObject([
			{ body: { note: marked } },
			{ body: { removed: 1 } },
		]);
		expect(school.readJournal('communication/create')).toMatchObject([{ body: { comment: marked } }]);
		expect(school.readJournal('task/create')).toMatchObject([{ body: { title: marked, text: marked } }]);
	});

	it('Try Writes writes only a phone and an email address that reach nobody', async () => {
		await trial.tryWrites();

		const writtenText = trial.readWrittenText();
		expect(writtenText.match(/"phone":[^\]]*\]/g)).toEqual(['"phone":["+7(000)000-00-01"]']);
		expect(writtenText.match(/[\w-]+@[\w.]+/g)).toEqual(['n8n-test@example.org']);
	});

	it('Try Writes joins no group unless one is chosen', async () => {
		const report = await trial.tryWrites({ groupToTry: '' });

		expect(report.listSteps('not tried')).toEqual(['add to group', 'remove from group', 'delete membership']);
		expect(school.readJournal('cgi/create')).toEqual([]);
		expect(school.readJournal('cgi/update')).toEqual([]);
		expect(school.readJournal('cgi/delete')).toEqual([]);
	});

	it('Try Writes creates one lead for three items, and reports all steps for each item', async () => {
		const items = await run(tryWritesForm(), { items: [{}, {}, {}] });

		expect(items).toHaveLength(36);
		expect(school.readJournal('customer/create')).toHaveLength(1);
	});

	it('a second run of Try Writes creates another lead', async () => {
		await trial.tryWrites();

		await trial.tryWrites();

		expect(school.readJournal('customer/create')).toHaveLength(2);
	});

	it('two runs of Try Writes at the same moment create one lead each and take both back', async () => {
		const [items, otherItems] = await Promise.all([run(tryWritesForm()), run(tryWritesForm())]);

		const conclusion = 'All 11 steps that were tried work. Nothing stays in AlfaCRM.';
		expect(items.at(-1)).toMatchObject({ message: conclusion });
		expect(otherItems.at(-1)).toMatchObject({ message: conclusion });
		expect(school.readJournal('customer/create')).toHaveLength(2);
		expect(trial.readRemaining()).toEqual([]);
	});

	it('Try Writes refuses to write when it cannot log in', async () => {
		failCalls('auth/login', { kind: 'status', status: 403 });

		const { message } = await expectRefused(tryWritesForm({ options: { branchToCheck: '1' } }));

		expect(message).toMatch(/did not accept the login/);
		expect(readWrites()).toEqual([]);
	});

	it('Try Writes asks for the branch when the user may not list the branches', async () => {
		changeSettings({ forbiddenCalls: ['branch/index'] });

		const { message, description } = await expectRefused(tryWritesForm());

		expect(message).toMatch(/'Branch ID' is empty/);
		expect(description).toMatch(/Nothing was saved/);
	});

	it('Try Writes writes into a chosen branch although the user may not list the branches', async () => {
		changeSettings({ forbiddenCalls: ['branch/index'] });

		const report = await trial.tryWrites({ options: { branchToCheck: '1' } });

		expect(report.listSteps('works')).toEqual(ALL_STEPS);
	});

	const documentedWords = [...ALL_STEPS, 'close task', 'report', 'works', 'differs', 'refused', 'not tried'];
	it.each(documentedWords)('docs/check.md explains "%s"', (word) => {
		const page = readFileSync('docs/check.md', 'utf8');

		expect(page).toContain(`\`${word}\``);
	});
});

describe('The report of Try Writes', () => {
	it('the report contains a table with a row for each step', async () => {
		const report = await trial.tryWrites();

		expect(report.text).toMatch(/^### Account → Try Writes, \d{4}-\d\d-\d\d\n/);
		expect(report.text).toContain(
			[
				'| step | result | message |',
				'| --- | --- | --- |',
				'| create lead | works |  |',
				'| update lead | works |  |',
				'| add comment | works |  |',
				'| create task | works |  |',
				'| add to group | works |  |',
				'| remove from group | works |  |',
				'| archive lead | works |  |',
				'| delete comment | works |  |',
				'| delete task | works |  |',
				'| delete membership | works |  |',
				'| delete lead | works |  |',
				'',
				'Nothing stays in AlfaCRM.',
			].join('\n'),
		);
	});

	it('the report hides email addresses and phones of a refusal, and escapes a bar that would split its row', async () => {
		failCalls('task/create', {
			kind: 'status',
			status: 400,
			message: `Нельзя: nobody@school.test, 8 (912) 345-67-89 | ${school.sandbox.account.email}`,
		});

		const report = await trial.tryWrites();

		expect(report.text).toContain(
			'| create task | refused | AlfaCRM would not create the task (HTTP 400): Нельзя: …, … \\| …. |\n',
		);
	});

	it("the report hides the name of the group when AlfaCRM's refusal contains it", async () => {
		changeRecord('group', GROUP, { name: 'Группа Орловой Мии' });
		trial.prepare();
		failCalls('cgi/create', {
			kind: 'status',
			status: 400,
			message: 'Группа Орловой Мии заполнена',
		});

		const { items } = await trial.tryWrites();

		expect(JSON.stringify(items)).toContain('заполнена');
		expect(JSON.stringify(items)).not.toContain('Орловой');
	});

	it('the report contains neither the host nor the email address nor the key of the account', async () => {
		failCalls('task/create', {
			kind: 'status',
			status: 400,
			message: `${school.sandbox.account.email} | ${school.sandbox.account.apiKey}.`,
		});

		const { items } = await trial.tryWrites();

		const printed = JSON.stringify(items);
		expect(printed).not.toContain(new URL(school.sandbox.url).host);
		expect(printed).not.toContain(school.sandbox.account.email);
		expect(printed).not.toContain(school.sandbox.account.apiKey);
	});
});

describe.each<{ failure: string; fault: Fault }>([
	{ failure: 'denied', fault: { kind: 'status', status: 403, message: 'Access Denied' } },
	{ failure: 'refused', fault: { kind: 'successFalse', errors: { name: ['Так нельзя.'] } } },
	{
		failure: 'not there',
		fault: { kind: 'status', status: 404, message: 'Запрашиваемая страница не существует.' },
	},
	{ failure: 'neither carried out nor confirmed', fault: { kind: 'emptyObject' } },
	{ failure: 'lost', fault: { kind: 'reset' } },
])('Try Writes, when a write is $failure', ({ failure, fault }) => {
	it.each([
		{ call: 'customer/create', steps: ['create lead'] },
		{ call: 'customer/update', steps: ['update lead', 'archive lead'] },
		{ call: 'communication/create', steps: ['add comment'] },
		{ call: 'task/create', steps: ['create task'] },
		{ call: 'cgi/create', steps: ['add to group'] },
		{ call: 'cgi/update', steps: ['remove from group'] },
	])(
		`Try Writes reports $steps as refused and takes everything back when $call is ${failure}`,
		async ({ call, steps }) => {
			failCalls(call, fault);

			const report = await trial.tryWrites();

			expect(report.listSteps('refused')).toEqual(steps);
			expect(report.listSteps('differs')).toEqual([]);
			expect(trial.readRemaining()).toEqual([]);
		},
	);

	it.each([
		{ call: 'customer/delete', step: 'delete lead', remaining: ['archived lead'] },
		{ call: 'communication/delete', step: 'delete comment', remaining: ['comment'] },
		{ call: 'task/delete', step: 'delete task', remaining: ['closed task'] },
		// Only the lead shows that the membership is one of a test, so the lead stays with it.
		{
			call: 'cgi/delete',
			step: 'delete membership',
			remaining: ['archived lead', 'ended membership'],
		},
	])(
		`Try Writes reports "$step" as refused and leaves $remaining when $call is ${failure}`,
		async ({ call, step, remaining }) => {
			failCalls(call, fault);

			const report = await trial.tryWrites();

			expect(report.listSteps('refused')).toEqual([step]);
			expect(report.listSteps('differs')).toEqual([]);
			expect(trial.readRemaining()).toEqual(remaining);
		},
	);
});

describe.each<{ failure: string; fault: Fault }>([
	{ failure: 'carried out but not confirmed', fault: { kind: 'emptyObject', when: 'after' } },
	{ failure: 'carried out and its answer is lost', fault: { kind: 'reset', when: 'after' } },
	{ failure: 'carried out and then fails', fault: { kind: 'status', status: 500, when: 'after' } },
])('Try Writes, when a write is $failure', ({ failure, fault }) => {
	it.each(WRITES)(
		`Try Writes reports $steps as differing and takes everything back when $call is ${failure}`,
		async ({ call, steps }) => {
			failCalls(call, fault);

			const report = await trial.tryWrites();

			expect(report.listSteps('differs')).toEqual(steps);
			expect(report.listSteps('refused')).toEqual([]);
			expect(trial.readRemaining()).toEqual([]);
		},
	);
});

describe('Try Writes, when AlfaCRM refuses a deletion', () => {
	it('Try Writes archives the lead again after a failed archiving when AlfaCRM refuses the deletion', async () => {
		const refusal: Fault = { kind: 'successFalse' };
		school.sandbox.faults.add({
			...refusal,
			match: { entity: 'customer', action: 'update', bodyContains: '"removed":1' },
		});
		failCalls('customer/delete', refusal);

		const report = await trial.tryWrites();

		expect(report.listSteps('refused')).toEqual(['archive lead', 'delete lead']);
		expect(report.listSteps('works')).toContain('archive lead');
		expect(trial.readRemaining()).toEqual(['archived lead']);
	});

	it('Try Writes ends the membership again after a failed end when AlfaCRM refuses the deletion', async () => {
		const refusal: Fault = { kind: 'successFalse' };
		school.sandbox.faults.add({
			...refusal,
			match: { entity: 'cgi', action: 'update', bodyContains: 'e_date' },
		});
		failCalls('cgi/delete', refusal);

		const report = await trial.tryWrites();

		expect(report.listSteps('refused')).toEqual(['remove from group', 'delete membership']);
		expect(report.listSteps('works')).toContain('remove from group');
		expect(trial.readRemaining()).toEqual(['archived lead', 'ended membership']);
	});
});

describe('Try Writes, when AlfaCRM shows another record than was sent', () => {
	it('the report names the fields that a new lead has lost or got', async () => {
		trial.actAfter('customer/create', () => {
			const lead = trial.findWrittenRecord('customer');
			changeRecord('customer', lead.id, { note: '', lead_status_id: 1 });
		});

		const report = await trial.tryWrites();

		expect(report.findStep('create lead')).toMatchObject({
			result: 'differs',
			message: expect.stringMatching(
				/^'Note' was sent as "n8n test.*reads back as "".* stands in a stage/,
			) as string,
		});
	});

	it('the report names a field that an update did not change and one that AlfaCRM rewrote', async () => {
		trial.actAfter('customer/update', () => {
			const lead = trial.findWrittenRecord('customer');
			changeRecord('customer', lead.id, { web: [], phone: ['8 000 000 00 02'] });
		});

		const report = await trial.tryWrites();

		const { result, message } = report.findStep('update lead');
		expect(result).toBe('differs');
		expect(message).toMatch(/'Website' was sent as .* reads back as \[\]/);
		expect(message).toMatch(/'Phone' was sent as .* reads back as \["8 000/);
	});

	it('the report says that the days of a membership do not cover today', async () => {
		trial.actAfter('cgi/create', () => {
			changeRecord('cgi', trial.findMembership().id, { e_date: '01.02.2020' });
		});

		const report = await trial.tryWrites();

		expect(report.findStep('add to group')).toMatchObject({
			result: 'differs',
			message: 'Its days do not cover today.',
		});
	});

	it('the report says that a task has lost its day, and that the task was deleted all the same', async () => {
		trial.actAfter('task/create', () => {
			changeRecord('task', trial.findWrittenRecord('task').id, { due_date: null });
		});

		const report = await trial.tryWrites();

		expect(report.findStep('create task')).toMatchObject({
			result: 'differs',
			message: expect.stringMatching(
				/'Due Date' was sent as .* reads back as null\. It is not listed by its due date/,
			) as string,
		});
		expect(report.findStep('delete task').result).toBe('works');
	});

	it('the report says that the time of a comment is ahead when the workflow has another time zone', async () => {
		changeSettings({ timeZone: 'Asia/Vladivostok' });

		const report = await trial.tryWrites();

		expect(report.findStep('add comment')).toMatchObject({
			result: 'differs',
			message: expect.stringMatching(
				/Its time is 420 min ahead of the workflow: set the time zone/,
			) as string,
		});
	});

	it('Try Writes takes everything back from a school where it is another day', async () => {
		changeSettings({ timeZone: 'Pacific/Kiritimati' });

		const report = await trial.tryWrites({}, { timezone: 'Pacific/Pago_Pago' });

		expect(report.listSteps('differs')).toEqual(['add comment']);
		expect(report.listSteps('refused')).toEqual([]);
		expect(report.findStep('add comment').message).toMatch(/Its time is 1500 min ahead/);
		expect(trial.readRemaining()).toEqual([]);
	});

	it('the report says that the lead is still active when AlfaCRM ignores the archiving', async () => {
		changeSettings({ removedWrite: 'ignored' });

		const report = await trial.tryWrites();

		expect(report.findStep('archive lead')).toMatchObject({
			result: 'differs',
			message: 'AlfaCRM confirmed it, but shows the lead as active.',
		});
		expect(trial.readRemaining()).toEqual([]);
	});

	it('the report says that the lead stays in the archive when AlfaCRM archives it in place of deleting it', async () => {
		changeSettings({ deleteMode: 'archive', removedWrite: 'ignored' });

		const report = await trial.tryWrites();

		expect(report.findStep('delete lead')).toMatchObject({
			result: 'differs',
			message: 'AlfaCRM confirmed it, but keeps the lead in the archive.',
		});
		expect(report.conclusion).toMatch(/This stays in AlfaCRM: lead \d+ \(archived\)\.$/);
		expect(trial.readRemaining()).toEqual(['archived lead']);
	});
});

describe('Try Writes, when AlfaCRM refuses a value', () => {
	it('the report names the day that AlfaCRM wants in another format', async () => {
		changeSettings({ dateFormats: { 'customer.dob': 'iso' } });

		const report = await trial.tryWrites();

		expect(report.findStep('update lead')).toMatchObject({
			result: 'refused',
			message: expect.stringMatching(/Refused alone: 'Date of Birth': /) as string,
		});
	});

	it('the report names only the one field that AlfaCRM refuses', async () => {
		school.sandbox.faults.add({
			kind: 'successFalse',
			errors: { web: ['Неверный формат значения «Сайт».'] },
			match: { entity: 'customer', action: 'update', bodyContains: 'n8n-test"' },
			times: Infinity,
		});

		const report = await trial.tryWrites();

		const { result, message } = report.findStep('update lead');
		expect(result).toBe('refused');
		expect(message).toMatch(/Неверный формат .* Refused alone: 'Website': .*Неверный формат/);
		expect(message).not.toMatch(/'Phone'|'Note'|'Email'/);
	});

	it('the report says that a comment needs its author when the user may not list the users', async () => {
		changeSettings({ forbiddenCalls: ['user/index'] });

		const report = await trial.tryWrites();

		expect(report.listSteps('refused')).toEqual(['add comment']);
		expect(report.listSteps('differs')).toEqual([]);
		expect(report.findStep('add comment').message).toMatch(/Необходимо заполнить «Пользователь»/);
	});
});

describe('Try Writes, when AlfaCRM answers with the ID of another customer', () => {
	/** Confirms the new lead with the ID of another customer. */
	function answerWithOtherCustomer(name: string, when: 'before' | 'after'): void {
		school.sandbox.faults.add({
			kind: 'successFalse',
			success: true,
			errors: [],
			model: { id: OTHER_CUSTOMER, name },
			match: { entity: 'customer', action: 'create' },
			when,
		});
	}

	it('Try Writes finds its lead by the name when AlfaCRM answers with the ID of another customer, whom it does not touch', async () => {
		answerWithOtherCustomer(String(readCustomer(OTHER_CUSTOMER).name), 'after');

		const report = await trial.tryWrites();

		expect(report.findStep('create lead')).toMatchObject({
			result: 'differs',
			message: 'It is not found by the ID 1.',
		});
		expect(trial.readRemaining()).toEqual([]);
	});

	it('Try Writes tries no other step when AlfaCRM has created no lead', async () => {
		answerWithOtherCustomer(MARK, 'before');

		const report = await trial.tryWrites();

		expect(report.findStep('create lead')).toMatchObject({
			result: 'differs',
			message: expect.stringMatching(/^AlfaCRM confirmed it, but does not show it/) as string,
		});
		expect(report.conclusion).toMatch(/perhaps a lead named "n8n test/);
		expect(readWrites()).toEqual(['customer/create']);
		expect(trial.readRemaining()).toEqual([]);
	});
});

describe('Try Writes, when it is interrupted', () => {
	/** The calls of a trial after the login. */
	const CALLS = 42;
	const FAILURES = ['lostAfter', 'status403', 'emptyItems', 'status500After', 'refused'] as const;
	/** Each call of a trial once, each with the next of the failures. */
	const INTERRUPTIONS = Array.from({ length: CALLS }, (_, index) => ({
		number: index + 1,
		failure: FAILURES[(index + 1) % FAILURES.length],
	}));

	it(`Try Writes sends ${CALLS} calls and a login when nothing interrupts it`, async () => {
		await trial.tryWrites();

		expect(school.readCalls()).toHaveLength(CALLS + 1);
		expect(school.readJournal('auth/login')).toHaveLength(1);
	});

	it.each(INTERRUPTIONS)(
		'Try Writes names every record that stays when call $number fails with $failure',
		async ({ number, failure }) => {
			school.sandbox.faults.failRequest(number, failure);

			const words = await trial.tryWritesToEnd();

			trial.expectRemainingNamedOrSuspected(words);
		},
	);

	it.each([2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 35, 38, 41])(
		'Try Writes names every record that stays when AlfaCRM denies everything from call %i on',
		async (number) => {
			school.sandbox.faults.failRequest(number, 'status403', { times: Infinity });

			const words = await trial.tryWritesToEnd();

			trial.expectRemainingNamedOrSuspected(words);
		},
	);

	it('Try Writes takes back a lead that AlfaCRM saves a moment after a proxy has given up', async () => {
		school.sandbox.faults.add({
			kind: 'status',
			status: 504,
			match: { entity: 'customer', action: 'create' },
		});
		school.sandbox.onSend = ({ path, body }) => {
			if (path.endsWith('/customer/create')) {
				setTimeout(() => addLead(body as IDataObject), 500);
			}
		};

		const report = await trial.tryWrites();

		expect(report.findStep('create lead')).toMatchObject({
			result: 'differs',
			message: expect.stringMatching(/^AlfaCRM did it without confirming it\. .*HTTP 504/) as string,
		});
		expect(report.listSteps('differs')).toEqual(['create lead']);
		expect(report.listSteps('refused')).toEqual([]);
		expect(trial.readRemaining()).toEqual([]);
	});

	it.each(WRITES)(
		'Try Writes names every record that stays when it is cancelled at $call',
		async ({ call }) => {
			const controller = new AbortController();
			trial.actAfter(call, () => controller.abort());

			const { error, json } = await runToEnd(tryWritesForm(), { signal: controller.signal });

			expect(json).toEqual([]);
			expect(error?.message).toBe('The writes were not taken back: The execution was cancelled');
			trial.expectRemainingNamedOrSuspected(String(error?.description));
		},
	);
});

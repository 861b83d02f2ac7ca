import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../support/codes';
import { customerForm, SmallSchool } from './school';

// The IDs of the stages, from the last to the first. The order of a funnel depends on weights, not on IDs.
const PAID = 11;
const TRIAL_HELD = 12;
const INVITED = 13;
const NEW_REQUEST = 14;
const CAMP = 15;
const UNKNOWN_STAGE = 99;

const WEIGHT_OF_TRIAL_HELD = 3;

const SALES_FUNNEL = 1;
const CAMP_FUNNEL = 2;

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
	addStage({ id: NEW_REQUEST, name: 'Заявка', weight: 1, pipeline_id: SALES_FUNNEL });
	addStage({ id: INVITED, name: 'Приглашён', weight: 2, pipeline_id: SALES_FUNNEL });
	addStage({
		id: TRIAL_HELD,
		name: 'Был на пробном',
		weight: WEIGHT_OF_TRIAL_HELD,
		pipeline_id: SALES_FUNNEL,
	});
	addStage({ id: PAID, name: 'Оплатил', weight: 4, pipeline_id: SALES_FUNNEL });
	addStage({ id: CAMP, name: 'Лагерь', weight: 1, pipeline_id: CAMP_FUNNEL });
});

/** Adds a stage that is in use. */
function addStage(stage: IDataObject): void {
	school.addRecord('lead-status', { ...stage, is_enabled: 1 });
}

/** Adds a lead in a stage, or in no stage for null. */
const addLeadInStage = (stage: number | null, values: IDataObject = {}): number =>
	school.addLead({ lead_status_id: stage, ...values });

/** Makes the form of Move to Stage. The stage 'none' stands for Not Sorted. */
const moveForm = (
	customer: number,
	stage: number | 'none',
	options: IDataObject,
	parameters: IDataObject = {},
): IDataObject =>
	customerForm('moveToStage', { id: customer, lead_status_id: stage, options, ...parameters });

/** Reads the stage that a customer has in AlfaCRM. */
const readStage = (customer: number) => school.readRecord('customer', customer).lead_status_id;

describe('Move to Stage with Only If In Stage', () => {
	const SKIP_HINT = "Left as it is, for it is in no stage of 'Only If In Stage': customer 1";

	it.each([
		{
			lead: 'in the only allowed stage',
			currentStage: NEW_REQUEST,
			allowedStages: [NEW_REQUEST],
		},
		{
			lead: 'in the second allowed stage',
			currentStage: TRIAL_HELD,
			allowedStages: [NEW_REQUEST, TRIAL_HELD],
		},
		{
			lead: 'in no stage when Not Sorted is allowed',
			currentStage: null,
			allowedStages: ['none'],
		},
		{
			lead: 'in a stage that is allowed beside Not Sorted',
			currentStage: TRIAL_HELD,
			allowedStages: ['none', TRIAL_HELD],
		},
	])('Move to Stage moves a lead $lead', async ({ currentStage, allowedStages }) => {
		const lead = addLeadInStage(currentStage);

		const { json, hints } = await school.run(moveForm(lead, INVITED, { onlyIfInStage: allowedStages }));

		expect(json).toMatchObject([{ id: lead, operationResult: 'updated' }]);
		expect(hints).toEqual([]);
		expect(readStage(lead)).toBe(INVITED);
		expect(school.readWrites()).toHaveLength(1);
	});

	it('Move to Stage moves a lead from an allowed stage to no stage', async () => {
		const lead = addLeadInStage(NEW_REQUEST);

		const { json, hints } = await school.run(moveForm(lead, 'none', { onlyIfInStage: [NEW_REQUEST] }));

		expect(json).toMatchObject([{ id: lead, operationResult: 'updated' }]);
		expect(hints).toEqual([]);
		expect(readStage(lead)).toBeNull();
		expect(school.readWrites()).toHaveLength(1);
	});

	it.each([
		{
			lead: 'in a stage that is not allowed',
			currentStage: TRIAL_HELD,
			allowedStages: [NEW_REQUEST],
		},
		{
			lead: 'in no stage when only a stage is allowed',
			currentStage: null,
			allowedStages: [NEW_REQUEST],
		},
		{
			lead: 'in a stage when only Not Sorted is allowed',
			currentStage: NEW_REQUEST,
			allowedStages: ['none'],
		},
	])('Move to Stage leaves a lead $lead and says so in a hint', async ({ currentStage, allowedStages }) => {
		const lead = addLeadInStage(currentStage);

		const { json, hints } = await school.run(moveForm(lead, INVITED, { onlyIfInStage: allowedStages }));

		expect(json).toMatchObject([{ id: lead, operationResult: 'skipped', changedFields: [] }]);
		expect(hints).toEqual([SKIP_HINT]);
		expect(readStage(lead)).toBe(currentStage);
		expect(school.readWrites()).toEqual([]);
	});

	it('Move to Stage leaves a client without a stage when Not Sorted is allowed, as only leads can be not sorted', async () => {
		const client = addLeadInStage(null, { is_study: CUSTOMER_TYPE.client });

		const { json, hints } = await school.run(moveForm(client, NEW_REQUEST, { onlyIfInStage: ['none'] }));

		expect(json).toMatchObject([{ id: client, operationResult: 'skipped', changedFields: [] }]);
		expect(hints).toEqual([SKIP_HINT]);
		expect(readStage(client)).toBeNull();
		expect(school.readWrites()).toEqual([]);
	});

	it('Move to Stage keeps the funnel of a lead in a stage that is not allowed, even when the stage would not change', async () => {
		const lead = addLeadInStage(null, { pipeline_id: SALES_FUNNEL });
		const form = moveForm(
			lead,
			'none',
			{ onlyIfInStage: [NEW_REQUEST] },
			{ additionalFields: { pipeline_id: CAMP_FUNNEL } },
		);

		const { json } = await school.run(form);

		expect(json).toMatchObject([{ id: lead, operationResult: 'skipped' }]);
		expect(school.readRecord('customer', lead)).toMatchObject({
			lead_status_id: null,
			pipeline_id: SALES_FUNNEL,
		});
	});

	it('Move to Stage changes nothing in a second run', async () => {
		const lead = addLeadInStage(NEW_REQUEST);
		const form = moveForm(lead, INVITED, { onlyIfInStage: [NEW_REQUEST] });

		const results = await school.runInTurn(form, form);

		expect(results).toBe('updated, unchanged');
	});

	it('Move to Stage leaves a lead that the staff has moved on since the first run', async () => {
		const lead = addLeadInStage(NEW_REQUEST);
		const form = moveForm(lead, INVITED, { onlyIfInStage: [NEW_REQUEST] });
		await school.run(form);
		school.changeRecord('customer', lead, { lead_status_id: TRIAL_HELD });

		const result = await school.runInTurn(form);

		expect(result).toBe('skipped');
		expect(readStage(lead)).toBe(TRIAL_HELD);
	});

	it('only the first of two executions moves a lead when both may do so only from its present stage', async () => {
		const lead = addLeadInStage(NEW_REQUEST);
		const options = { onlyIfInStage: [NEW_REQUEST] };

		const [firstExecution, secondExecution] = await Promise.all([
			school.run(moveForm(lead, INVITED, options)),
			school.run(moveForm(lead, TRIAL_HELD, options)),
		]);

		expect(firstExecution.json).toMatchObject([{ operationResult: 'updated' }]);
		expect(secondExecution.json).toMatchObject([{ operationResult: 'skipped' }]);
		expect(readStage(lead)).toBe(INVITED);
	});

	it.each([
		{ value: 'undefined', onlyIfInStage: undefined },
		{ value: 'null', onlyIfInStage: null },
		{ value: 'an empty text', onlyIfInStage: '' },
		{ value: 'an empty list', onlyIfInStage: [] },
	])(
		'Move to Stage refuses Only If In Stage when the option was added but holds $value',
		async ({ onlyIfInStage }) => {
			const lead = addLeadInStage(NEW_REQUEST);

			const { message } = await school.expectRefusedUnsent(moveForm(lead, INVITED, { onlyIfInStage }));

			expect(message).toMatch(/^'Only If In Stage/);
		},
	);
});

describe('Move to Stage with Never Back', () => {
	const SKIP_HINT = "Left as it is, for 'Never Back' is on and it is further in the funnel: customer 1";

	it.each([
		{ move: 'from the first stage to the last one', currentStage: NEW_REQUEST, newStage: PAID },
		{ move: 'to the next stage', currentStage: INVITED, newStage: TRIAL_HELD },
		{ move: 'from no stage to the first one', currentStage: null, newStage: NEW_REQUEST },
		{ move: 'to a stage of another funnel with a lower weight', currentStage: PAID, newStage: CAMP },
		{
			move: 'from another funnel to a stage with the same weight',
			currentStage: CAMP,
			newStage: NEW_REQUEST,
		},
	])('Move to Stage with Never Back moves a lead $move', async ({ currentStage, newStage }) => {
		const lead = addLeadInStage(currentStage, { pipeline_id: SALES_FUNNEL });

		const { json, hints } = await school.run(moveForm(lead, newStage, { neverBack: true }));

		expect(json).toMatchObject([{ id: lead, operationResult: 'updated' }]);
		expect(hints).toEqual([]);
		expect(readStage(lead)).toBe(newStage);
		expect(school.readWrites()).toHaveLength(1);
	});

	it.each([
		{
			move: 'back to the first stage',
			currentStage: TRIAL_HELD,
			newStage: NEW_REQUEST,
		},
		{
			move: 'back from the last stage',
			currentStage: PAID,
			newStage: INVITED,
		},
		{
			move: 'from the first stage to no stage',
			currentStage: NEW_REQUEST,
			newStage: 'none',
		},
	] as const)(
		'Move to Stage with Never Back does not move a lead $move and says so in a hint',
		async ({ currentStage, newStage }) => {
			const lead = addLeadInStage(currentStage, { pipeline_id: SALES_FUNNEL });

			const { json, hints } = await school.run(moveForm(lead, newStage, { neverBack: true }));

			expect(json).toMatchObject([{ id: lead, operationResult: 'skipped', changedFields: [] }]);
			expect(hints).toEqual([SKIP_HINT]);
			expect(readStage(lead)).toBe(currentStage);
			expect(school.readWrites()).toEqual([]);
		},
	);

	it('Move to Stage with Never Back does not move a lead back when AlfaCRM does not show the funnel of its stage', async () => {
		school.changeRecord('lead-status', TRIAL_HELD, { pipeline_id: null });
		const lead = addLeadInStage(TRIAL_HELD, { pipeline_id: SALES_FUNNEL });

		const { json, hints } = await school.run(moveForm(lead, NEW_REQUEST, { neverBack: true }));

		expect(json).toMatchObject([{ id: lead, operationResult: 'skipped', changedFields: [] }]);
		expect(hints).toEqual([SKIP_HINT]);
		expect(readStage(lead)).toBe(TRIAL_HELD);
		expect(school.readWrites()).toEqual([]);
	});

	it('Move to Stage with Never Back moves a lead to no stage of another funnel', async () => {
		const lead = addLeadInStage(TRIAL_HELD, { pipeline_id: SALES_FUNNEL });
		const form = moveForm(
			lead,
			'none',
			{ neverBack: true },
			{ additionalFields: { pipeline_id: CAMP_FUNNEL } },
		);

		await school.run(form);

		expect(school.readRecord('customer', lead)).toMatchObject({
			lead_status_id: null,
			pipeline_id: CAMP_FUNNEL,
		});
	});

	it('Move to Stage moves a lead back when Never Back is off, and does not read the stages', async () => {
		const lead = addLeadInStage(TRIAL_HELD);

		const { json, hints } = await school.run(moveForm(lead, NEW_REQUEST, { neverBack: false }));

		expect(json).toMatchObject([{ id: lead, operationResult: 'updated' }]);
		expect(hints).toEqual([]);
		expect(readStage(lead)).toBe(NEW_REQUEST);
		expect(school.readWrites()).toHaveLength(1);
		expect(school.calls).not.toContain('lead-status/index');
	});

	it('Move to Stage with Never Back reads the stages once for all items', async () => {
		const firstLead = addLeadInStage(TRIAL_HELD);
		const secondLead = addLeadInStage(PAID);

		await school.run(moveForm(firstLead, INVITED, { neverBack: true }), {
			parametersByItem: [{ id: firstLead }, { id: secondLead }],
		});

		expect(school.readRequests('lead-status/index')).toHaveLength(1);
	});

	it('Move to Stage obeys both Never Back and Only If In Stage', async () => {
		const allowedLead = addLeadInStage(NEW_REQUEST);
		const leadInForbiddenStage = addLeadInStage(TRIAL_HELD);
		const allowedLeadFurtherOn = addLeadInStage(PAID);
		const leadInNoStage = addLeadInStage(null);
		const options = { neverBack: true, onlyIfInStage: [NEW_REQUEST, PAID] };

		const { json } = await school.run(moveForm(allowedLead, INVITED, options), {
			parametersByItem: [
				{ id: allowedLead },
				{ id: leadInForbiddenStage },
				{ id: allowedLeadFurtherOn },
				{ id: leadInNoStage },
			],
		});

		expect(json).toMatchObject([
			{ id: allowedLead, operationResult: 'updated' },
			{ id: leadInForbiddenStage, operationResult: 'skipped' },
			{ id: allowedLeadFurtherOn, operationResult: 'skipped' },
			{ id: leadInNoStage, operationResult: 'skipped' },
		]);
	});

	it.each([
		{ weight: WEIGHT_OF_TRIAL_HELD, reason: 'both stages have the same weight' },
		{ weight: null, reason: 'the new stage has no weight' },
	])('Move to Stage with Never Back refuses to move a lead when $reason', async ({ weight }) => {
		school.changeRecord('lead-status', INVITED, { weight });
		const lead = addLeadInStage(TRIAL_HELD);

		const error = await school.expectRefused(moveForm(lead, INVITED, { neverBack: true }));

		expect(error).toMatchObject({
			message: `AlfaCRM does not show whether stage ${INVITED} comes before stage ${TRIAL_HELD}`,
			description: "Use 'Only If In Stage' in place of 'Never Back'. Nothing was saved.",
		});
	});

	it('Move to Stage with Never Back refuses to move a lead whose stage AlfaCRM does not list', async () => {
		const lead = addLeadInStage(UNKNOWN_STAGE);

		const { message } = await school.expectRefused(moveForm(lead, INVITED, { neverBack: true }));

		expect(message).toBe(
			`AlfaCRM does not show whether stage ${INVITED} comes before stage ${UNKNOWN_STAGE}`,
		);
	});
});

import type { IDataObject } from 'n8n-workflow';

import { customerForm, SmallSchool } from './school';

const [ASKED, INVITED, CAME, PAID, CAMP] = [11, 12, 13, 14, 15];

let school: SmallSchool;
beforeEach(() => {
	school = new SmallSchool();
	// The order of a funnel is not that of the numbers.
	for (const [id, name, weight, pipeline_id] of [
		...([
			[PAID, 'Оплатил', 4, 1],
			[ASKED, 'Заявка', 1, 1],
			[CAME, 'Был на пробном', 3, 1],
		] as const),
		...([
			[INVITED, 'Приглашён', 2, 1],
			[CAMP, 'Лагерь', 1, 2],
		] as const),
	])
		school.addRecord('lead-status', { id, name, weight, pipeline_id, is_enabled: 1 });
});

const lead = (lead_status_id: number | null, row: IDataObject = {}) =>
	school.addLead({ lead_status_id, ...row });
const stage = (id: number) => school.readRecord('customer', id).lead_status_id;
const form = (id: number, to: unknown, options: IDataObject, more: IDataObject = {}) =>
	customerForm('moveToStage', { id, lead_status_id: to as number, options, ...more });
const move = async (id: number, to: unknown, options: IDataObject, more?: IDataObject) =>
	await school.run(form(id, to, options, more));

/** Where it is, where it is to go, and whether it goes. */
type Row = [from: number | null, to: unknown, goes: boolean];

async function check(options: IDataObject, [from, to, goes]: Row, row: IDataObject = {}) {
	const id = lead(from, row);
	const { json, hints } = await move(id, to, options);
	expect(json).toMatchObject([{ id, operationResult: goes ? 'updated' : 'skipped' }]);
	expect(stage(id)).toBe(goes ? (to === 'none' ? null : to) : from);
	expect(school.readWrites()).toHaveLength(goes ? 1 : 0);
	if (!goes) expect(json[0].changedFields).toEqual([]);
	return hints;
}

describe('Only If In Stage', () => {
	it('leaves the funnel of a lead that is in no allowed stage, even if its stage would stay', async () => {
		const id = lead(null, { pipeline_id: 1 });

		const funnel = { additionalFields: { pipeline_id: 2 } };
		const { json } = await move(id, 'none', { onlyIfInStage: [ASKED] }, funnel);

		expect(json).toMatchObject([{ id, operationResult: 'skipped' }]);
		expect(school.readRecord('customer', id)).toMatchObject({ lead_status_id: null, pipeline_id: 1 });
	});

	it.each<[unknown, ...Row]>([
		[[ASKED], ASKED, INVITED, true],
		[[ASKED, INVITED], INVITED, CAME, true],
		[[ASKED], CAME, INVITED, false],
		[[ASKED], null, INVITED, false],
		[['none'], null, INVITED, true],
		[['none', CAME], CAME, INVITED, true],
		[['none'], ASKED, INVITED, false],
		[[ASKED], ASKED, 'none', true],
	])('%j: from %j to %j: %j', async (onlyIfInStage, ...row) => {
		const hints = await check({ onlyIfInStage } as IDataObject, row);
		expect(hints).toEqual(
			row[2] ? [] : ["Left as it is, for it is in no stage of 'Only If In Stage': customer 1"],
		);
	});

	it('a client in no stage is no lead that is not sorted', async () => {
		await check({ onlyIfInStage: ['none'] }, [null, ASKED, false], { is_study: 1 });
	});

	it('is for the first time: the second one changes nothing, whoever was moved meanwhile stays', async () => {
		const id = lead(ASKED);
		const first = form(id, INVITED, { onlyIfInStage: [ASKED] });
		expect(await school.runInTurn(first, first)).toBe('updated, unchanged');
		school.changeRecord('customer', id, { lead_status_id: CAME });
		expect(await school.runInTurn(first)).toBe('skipped');
		expect(stage(id)).toBe(CAME);
	});

	it('holds for two at once: one of them moves it', async () => {
		const id = lead(ASKED);
		const both = [INVITED, CAME].map((to) => form(id, to, { onlyIfInStage: [ASKED] }));
		const ends = await Promise.all(both.map(async (one) => await school.run(one)));
		expect(ends.map(({ json }) => json[0].operationResult)).toEqual(['updated', 'skipped']);
		expect(stage(id)).toBe(INVITED);
	});

	it.each([undefined, null, '', []])('must not go because it holds %j', async (onlyIfInStage) => {
		const id = lead(ASKED);
		const { message } = await school.expectRefusedUnsent(
			form(id, INVITED, { onlyIfInStage } as unknown as IDataObject),
		);
		expect(message).toMatch(/^'Only If In Stage/);
	});
});

describe('Never Back', () => {
	it.each<Row>([
		[ASKED, PAID, true],
		[INVITED, CAME, true],
		[null, ASKED, true],
		[CAME, ASKED, false],
		[PAID, INVITED, false],
		[ASKED, 'none', false],
		// Another funnel has no place in the order of this one.
		[PAID, CAMP, true],
		[CAMP, ASKED, true],
	])('from %j to %j: %j', async (...row) => {
		const hints = await check({ neverBack: true }, row, { pipeline_id: 1 });
		expect(hints).toEqual(
			row[2] ? [] : ["Left as it is, for 'Never Back' is on and it is further in the funnel: customer 1"],
		);
	});

	it('leaves a lead where it is if it is further, though AlfaCRM shows no funnel of its stage', async () => {
		school.changeRecord('lead-status', CAME, { pipeline_id: null });

		await check({ neverBack: true }, [CAME, ASKED, false], { pipeline_id: 1 });
	});

	it('is off unless somebody turns it on', async () => {
		await check({ neverBack: false }, [CAME, ASKED, true]);
		expect(school.calls).not.toContain('lead-status/index');
	});

	it('to no stage of another funnel is not back', async () => {
		const id = lead(CAME, { pipeline_id: 1 });
		await move(id, 'none', { neverBack: true }, { additionalFields: { pipeline_id: 2 } });
		expect(school.readRecord('customer', id)).toMatchObject({ lead_status_id: null, pipeline_id: 2 });
	});

	it('reads the stages once for all items, and goes with the other one', async () => {
		const ids = [lead(ASKED), lead(CAME), lead(PAID), lead(null)];
		const options = { neverBack: true, onlyIfInStage: [ASKED, PAID] };
		const { json } = await school.run(form(0, INVITED, options), {
			parametersByItem: ids.map((id) => ({ id })),
		});
		expect(json.map(({ operationResult }) => operationResult)).toEqual([
			...['updated', 'skipped', 'skipped', 'skipped'],
		]);
		expect(school.calls.filter((call) => call === 'lead-status/index')).toHaveLength(1);
	});

	it.each<[string, IDataObject]>([
		['the same weight', { weight: 3 }],
		['none', { weight: null }],
	])('stops where AlfaCRM shows no order: %s', async (_what, row) => {
		school.changeRecord('lead-status', INVITED, row);
		const error = await school.expectRefused(form(lead(CAME), INVITED, { neverBack: true }));
		expect(error).toMatchObject({
			message: `AlfaCRM does not show whether stage ${INVITED} comes before stage ${CAME}`,
			description: "Use 'Only If In Stage' in place of 'Never Back'. Nothing was saved.",
		});
	});

	it('of a stage that is not in the list, too', async () => {
		await school.expectRefused(form(lead(99), INVITED, { neverBack: true }));
	});
});

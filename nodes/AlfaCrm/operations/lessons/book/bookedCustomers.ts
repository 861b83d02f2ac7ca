/**
 * Reads and changes the records of the booked customers for *Lesson → Book*: warns of archived
 * customers before the lesson is created, and moves leads to a stage of the funnel after that. A
 * lead is a customer who does not study yet.
 */

import {
	customer as customerEntity,
	CUSTOMER_TYPE,
	isLostLead,
	stageOf,
} from '../../../entities/customer';
import { isArchived } from '../../../run/archived';
import { recordKey } from '../../../run/keys';
import type { Item } from '../../../run/item';
import { getRecord } from '../../../run/records';
import { pickChangedValues, saveChanges } from '../../../run/saveChanges';
import { comesBefore } from '../../../run/stages';
import { labelsOf } from '../../../run/target';
import type { LocatedRecord, Target } from '../../../store/located';
import { readFlag } from '../../../values/formats';
import type { Booking } from './bookingForm';

// ---------------------------------------------------------------- archived customers

/**
 * Adds a hint for each archived customer and rejected lead. *Get Participants* leaves out these
 * customers, so reminders about the lesson do not reach them.
 *
 * @throws NodeApiError if a customer does not exist or this user may not read the record. Nothing
 * is booked then, because the customer may be archived.
 */
export async function warnOfArchivedCustomers(item: Item, booking: Booking): Promise<void> {
	const target = makeCustomerTarget(booking);
	for (const customerId of booking.attendees.customerIds) {
		await warnIfArchived(item, target, customerId);
	}
}

/** Adds a hint if a customer is archived or a rejected lead. */
async function warnIfArchived(item: Item, target: Target, customerId: number): Promise<void> {
	const customer = await getRecord(item, customerEntity, customerId, target);
	const isRejectedOrArchived =
		isLostLead(customer.row) || (await isArchived(item, customerEntity, target, customer));
	if (!isRejectedOrArchived) return;

	item.execution.hints.add(
		"Archived customers and rejected leads are left out by 'Get Participants', and so by reminders: restore the card first",
		`customer ${customerId}`,
	);
}

// ---------------------------------------------------------------- stages of leads

/** How the leads are moved. */
interface StageMove {
	/** The stage to which the leads are moved. */
	stageId: number;
	/** Whether a lead may move back: to a stage that comes before the current stage of the lead. */
	mayMoveBack: boolean;
}

/**
 * Moves the leads of a booked lesson to the stage that the user has chosen.
 *
 * A lead moves back to an earlier stage only if this run has booked the lesson. If an earlier run
 * has booked it, the staff may have moved the lead on since then, and this run must not undo that.
 *
 * @param isNew whether this run has booked the lesson
 * @throws NodeApiError if AlfaCRM refuses a move. The error also says that the lesson was booked.
 */
export async function moveLeadsToStage(
	item: Item,
	booking: Booking,
	{ isNew }: { isNew: boolean },
): Promise<void> {
	const { stageId, attendees } = booking;
	if (stageId === undefined) return;

	const target = makeCustomerTarget(booking);
	const move = { stageId, mayMoveBack: isNew };
	for (const customerId of attendees.customerIds) {
		const lock = recordKey(customerEntity, customerId);
		await item.withLock([lock], async () => await moveLeadToStage(item, target, customerId, move));
	}
}

/**
 * Moves a lead to a stage. Adds a hint instead in two cases:
 *
 * - The customer is a client, who has no stage: a customer who studies or has studied.
 * - The lead may not move back, and the new stage may come before the current one.
 */
async function moveLeadToStage(
	item: Item,
	target: Target,
	customerId: number,
	move: StageMove,
): Promise<void> {
	const { hints } = item.execution;
	const customer = await getRecord(item, customerEntity, customerId, target);
	// `is_study` tells leads from clients: API notes 5.3 in docs/alfacrm-api.md.
	if (readFlag(customer.row.is_study) === CUSTOMER_TYPE.client) {
		hints.add('A client has no stage, so that was not changed', `customer ${customerId}`);
		return;
	}

	const values = { lead_status_id: move.stageId };
	const changedValues = pickChangedValues(item, customerEntity, customer.row, values);
	const isInStage = Object.keys(changedValues).length === 0;
	if (isInStage) return;

	const mayMove = move.mayMoveBack || (await movesForward(item, customer, move.stageId));
	if (!mayMove) {
		hints.add(
			"The lesson was there already, and AlfaCRM does not show that the lead is in a stage before 'Stage', so that was left",
			`customer ${customerId}`,
		);
		return;
	}
	await saveStage(item, target, customer, values);
}

/** Sends the new stage of a lead. */
async function saveStage(
	item: Item,
	target: Target,
	lead: LocatedRecord,
	values: { lead_status_id: number },
): Promise<void> {
	// `saveChanges` returns the changed lead through `toOutput`, but the output of a booking is the
	// lesson.
	const toOutput = (row: LocatedRecord['row']) => row;
	const task = { item, entity: customerEntity, target, toOutput };
	// A lead has only one stage, so there is no list to add to.
	await saveChanges(task, lead, { values, addToLists: false });
}

/**
 * Whether a move to a stage is certainly no move back: AlfaCRM shows that the stage comes after the
 * current stage of the lead, or the lead has no stage.
 */
async function movesForward(item: Item, lead: LocatedRecord, stageId: number): Promise<boolean> {
	const currentStage = stageOf(lead.row);
	if (currentStage === undefined) return true;

	// Undefined if AlfaCRM does not show the order of the two stages.
	const isMoveBack = await comesBefore(item, { lead, stageId, otherStageId: currentStage });
	return isMoveBack === false;
}

/** Makes the target of calls about customers, in the branch of the lesson. */
function makeCustomerTarget({ search }: Booking): Target {
	const { branch, labels } = search.target;
	// In errors, the labels of the form of the lesson take precedence, because the user sees this
	// form.
	const customerLabels = { ...labelsOf(customerEntity.fields), ...labels };
	return { path: customerEntity.path, branch, query: {}, labels: customerLabels };
}

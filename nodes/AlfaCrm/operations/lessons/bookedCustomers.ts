import { customer as customerEntity, CUSTOMER_TYPE, isRejected, stageOf } from '../../entities/customer';
import { readFlag } from '../../values/formats';
import { recordKey } from '../../run/execution';
import type { Item } from '../../run/item';
import { isArchived } from '../../run/archived';
import { differences, saveChanges } from '../../run/saveChanges';
import { labelsOf } from '../../run/target';
import type { Booking } from './booking';
import { getRecord } from '../../run/records';
import { comesBefore } from '../../run/stages';
import type { Target, LocatedRecord } from '../../store/located';

/**
 * Warns of each customer for whom 'Get Participants', and so every reminder, will leave out the lesson.
 *
 * @throws NodeApiError if a card is not there or may not be read: nobody would be warned, so nothing is booked
 */
export async function warnOfArchivedCustomers(item: Item, booking: Booking): Promise<void> {
	const target = customerTarget(booking);
	for (const customerId of booking.attendees.customerIds) {
		await warnIfArchived(item, target, customerId);
	}
}

async function warnIfArchived(item: Item, target: Target, customerId: number): Promise<void> {
	const customer = await getRecord(item, customerEntity, customerId, target);
	if (!isRejected(customer.row) && !(await isArchived(item, customerEntity, target, customer))) return;

	item.execution.hints.add(
		"Archived customers and rejected leads are left out by 'Get Participants', and so by reminders: restore the card first",
		`customer ${customerId}`,
	);
}

/**
 * Moves the leads of a booked lesson to the stage that the user has chosen. After an earlier run has booked the lesson, the
 * staff may have moved a lead on; so only a new lesson may move a lead back to an earlier stage.
 *
 * @throws NodeApiError if AlfaCRM refuses; the message says that the lesson was booked
 */
export async function moveLeadsToStage(
	item: Item,
	booking: Booking,
	{ isNew }: { isNew: boolean },
): Promise<void> {
	const { stageId, attendees } = booking;
	if (stageId === undefined) return;

	const target = customerTarget(booking);
	for (const customerId of attendees.customerIds) {
		await item.withLock(
			[recordKey(customerEntity, customerId)],
			async () => await moveLeadToStage(item, target, customerId, stageId, { mayMoveBack: isNew }),
		);
	}
}

async function moveLeadToStage(
	item: Item,
	target: Target,
	customerId: number,
	stageId: number,
	{ mayMoveBack }: { mayMoveBack: boolean },
): Promise<void> {
	const { hints } = item.execution;
	const customer = await getRecord(item, customerEntity, customerId, target);
	if (readFlag(customer.row.is_study) === CUSTOMER_TYPE.client) {
		hints.add('A client has no stage, so that was not changed', `customer ${customerId}`);
		return;
	}

	const values = { lead_status_id: stageId };
	const isInStage = Object.keys(differences(item, customerEntity, customer.row, values)).length === 0;
	if (isInStage) return;

	if (!mayMoveBack && !(await movesForward(item, customer, stageId))) {
		hints.add(
			"The lesson was there already, and AlfaCRM does not show that the lead is in a stage before 'Stage', so that was left",
			`customer ${customerId}`,
		);
		return;
	}
	const recordTask = { item, entity: customerEntity, target, show: (row: LocatedRecord['row']) => row };
	await saveChanges(recordTask, customer, { values, addToLists: false });
}

/** Whether AlfaCRM shows that a stage comes after the lead's current one. A lead without a stage may go to any. */
async function movesForward(item: Item, lead: LocatedRecord, stageId: number): Promise<boolean> {
	const currentStage = stageOf(lead.row);
	if (currentStage === undefined) return true;
	// undefined where AlfaCRM does not show the order of the two
	const isBack = await comesBefore(item, lead, stageId, currentStage);
	return isBack === false;
}

/** Makes the target of calls for customers, in the branch of the lesson. */
function customerTarget({ search }: Booking): Target {
	const { branch, labels } = search.target;
	return {
		path: customerEntity.path,
		branch,
		query: {},
		labels: { ...labelsOf(customerEntity.fields), ...labels },
	};
}

import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { listNumbers } from '../support/polledSchool';
import type { ClockedSchoolOptions } from './clockedSchool';
import { ClockedSchool } from './clockedSchool';

interface ClientCardSchoolOptions extends Omit<ClockedSchoolOptions, 'zone'> {
	/** The time zone of the school; Moscow's if left out. */
	zone?: string;
}

/** A school and a trigger that reports clients by their cards, such as a birthday or a debt. */
export class ClientCardSchool extends ClockedSchool {
	constructor({ zone = 'Europe/Moscow', ...options }: ClientCardSchoolOptions) {
		super({ zone, ...options });
	}

	/** Adds a client of branch 1. */
	addClient(card: JsonObject): number {
		return this.addRecord('customer', {
			name: 'Мия',
			is_study: CUSTOMER_TYPE.client,
			branch_ids: [1],
			...card,
		});
	}

	/** Adds clients of branch 1, all with the same card. */
	addClients(count: number, card: JsonObject): number[] {
		return listNumbers(1, count).map(() => this.addClient(card));
	}

	changeClient(id: number, card: JsonObject): void {
		this.changeRecord('customer', id, card);
	}

	changeClients(ids: readonly number[], card: JsonObject): void {
		for (const id of ids) {
			this.changeClient(id, card);
		}
	}

	/** Polls at each of these times, and returns the IDs of the reported clients. */
	async pollIdsAt(...times: string[]): Promise<number[]> {
		const ids: number[] = [];
		for (const time of times) {
			const items = await this.pollAt(time);
			ids.push(...items.map(({ id }) => Number(id)));
		}
		return ids;
	}

	/** Lets every list of customers show this card as well, from now on. */
	showCardInLists(card: JsonObject): void {
		this.changeLists((cards) => {
			cards.push(card);
		});
	}

	/** Lets lists of customers come empty, although AlfaCRM counts their rows. */
	emptyLists(): void {
		this.changeLists((cards) => {
			cards.splice(0);
		});
	}

	/** Hides a field on all cards, or on all but the card of one client. */
	hideField(field: string, exceptClient?: number): void {
		this.changeLists((cards: Array<Record<string, unknown>>) => {
			for (const card of cards) {
				if (card.id !== exceptClient) {
					delete card[field];
				}
			}
		});
	}

	/** Lets AlfaCRM send its lists of customers unchanged again. */
	showTrueLists(): void {
		this.changeLists(() => {});
	}

	private changeLists(change: (cards: JsonObject[]) => void): void {
		this.school.beforeListAnswer = (path, rows) => {
			if (path === 'customer') {
				change(rows);
			}
		};
	}
}

/** An event that is due for a client, and the cards of the client before it, when it is due, and afterwards. */
interface Occasion {
	event: string;
	/** The parameter by which the user chooses when it is due. */
	limit: string;
	/** The card of a client for whom nothing is due before 14 March 2026. */
	cardBefore: JsonObject;
	/** The card of a client for whom it falls due on 14 March 2026. */
	cardWhenDue: JsonObject;
	/** The card of a client for whom it was due on 10 March 2026. */
	cardDueEarlier: JsonObject;
	/** The card afterwards, when the occasion is over. */
	cardWhenOver: JsonObject;
	/** The card with which another occasion is due at `nextTime`. */
	cardWhenDueAgain: JsonObject;
	nextTime: string;
	/** The fields of an item of 14 March 2026 that describe the occasion, in their order. */
	itemFields: JsonObject;
}

/** Occasions that fall due on a day. A card shows that day long before. */
export const OCCASIONS_WITH_DAY: Occasion[] = [
	{
		event: 'customerBirthday',
		limit: 'Days Before the Birthday',
		cardBefore: { dob: '14.03.2015' },
		cardWhenDue: { dob: '14.03.2015' },
		cardDueEarlier: { dob: '10.03.2015' },
		cardWhenOver: { dob: '14.03.2015' },
		cardWhenDueAgain: { dob: '14.03.2015' },
		nextTime: '2027-03-15 09:00',
		itemFields: { birthday: '2026-03-14', days_left: 0, turns: 11 },
	},
	{
		event: 'subscriptionEnding',
		limit: 'Days Before the End',
		cardBefore: { paid_till: '2026-03-17 18:00:00' },
		cardWhenDue: { paid_till: '2026-03-17 18:00:00' },
		cardDueEarlier: { paid_till: '2026-03-12 18:00:00' },
		cardWhenOver: { paid_till: '2026-06-12 18:00:00' },
		cardWhenDueAgain: { paid_till: '2026-03-25 18:00:00' },
		nextTime: '2026-03-29 09:00',
		itemFields: { ends_on: '2026-03-17', days_left: 3 },
	},
	{
		event: 'notSeen',
		limit: 'Days Not Seen',
		cardBefore: { last_attend_date: '2026-02-28' },
		cardWhenDue: { last_attend_date: '2026-02-28' },
		cardDueEarlier: { last_attend_date: '2026-02-23' },
		cardWhenOver: { last_attend_date: '2026-03-14' },
		cardWhenDueAgain: { last_attend_date: '2026-03-14' },
		nextTime: '2026-03-29 09:00',
		itemFields: { last_seen: '2026-02-28', days_not_seen: 14 },
	},
];

/** Occasions that fall due as soon as a card shows a lower number. */
const OCCASIONS_WITHOUT_DAY: Occasion[] = [
	{
		event: 'lessonsRunningOut',
		limit: 'Lessons Left',
		cardBefore: { paid_lesson_count: 3 },
		cardWhenDue: { paid_lesson_count: 2 },
		cardDueEarlier: { paid_lesson_count: 1 },
		cardWhenOver: { paid_lesson_count: 9 },
		cardWhenDueAgain: { paid_lesson_count: 2 },
		nextTime: '2026-03-29 09:00',
		itemFields: { lessons_left: 2 },
	},
	{
		event: 'inDebt',
		limit: 'Balance Below',
		cardBefore: { balance: '0.00' },
		cardWhenDue: { balance: '-0.50' },
		cardDueEarlier: { balance: '-9.00' },
		cardWhenOver: { balance: '0.00' },
		cardWhenDueAgain: { balance: '-7.00' },
		nextTime: '2026-03-29 09:00',
		itemFields: { debt: 0.5 },
	},
];

export const OCCASIONS = [...OCCASIONS_WITH_DAY, ...OCCASIONS_WITHOUT_DAY];

/** The time at which the tests begin. */
export const START = '2026-03-10 09:00';
/** The morning of the day on which something is due for a client with `cardWhenDue`. */
export const DUE_DAY = '2026-03-14 09:00';

/** Starts a trigger in a school with one client, for whom nothing is due before 14 March 2026. */
export async function startTrigger(
	{ event, cardBefore }: Pick<Occasion, 'cardBefore' | 'event'>,
	parameters: INodeParameters = {},
	card: JsonObject = {},
): Promise<{ school: ClientCardSchool; client: number }> {
	const school = new ClientCardSchool({ now: START, parameters: { event, ...parameters } });
	const client = school.addClient({ ...cardBefore, ...card });
	expect(await school.pollAt(START)).toEqual([]);
	return { school, client };
}

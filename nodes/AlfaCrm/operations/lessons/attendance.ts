import type { IDataObject } from 'n8n-workflow';

import { isBlank, sameValue } from '../../fields/field';
import type { Field } from '../../entities/fieldTypes';
import { bodyOf } from '../../run/body';
import { givenBranch } from '../../run/target';
import type { Item } from '../../run/item';
import { readFields } from '../../run/actionFields';

/** Fields of the form that say who was there. */
const LISTS = ['present_ids', 'absent_ids', 'details'];

type RowsField = Extract<Field, { type: 'rows' }>;

/** The field of the form for who has more to record. */
export const rowsField = (fields: readonly Field[]): RowsField =>
	fields.find((field): field is RowsField => field.type === 'rows') as RowsField;

/** What is to be said of a lesson. */
interface Attendance {
	/** Who was there and who was not, each once. */
	rows: IDataObject[];
	/** What else is said of it. */
	body: IDataObject;
}

/** What one item says. */
function readAttendance(item: Item, fields: readonly Field[], branch?: number): Attendance {
	const input = readFields(item, fields);
	const others = fields.filter(({ name }) => !LISTS.includes(name));
	return { rows: rowsIn(item, fields, input), body: bodyOf(item, others, input, branch) };
}

/**
 * What all items about one lesson say, as AlfaCRM takes it in one call: rows of a sheet come as an item for each customer.
 *
 * @param resolve puts IDs in place of the names that an item holds, whose turn may not have come yet
 * @throws NodeOperationError where they contradict each other, or one cannot be used: half of a lesson is not saved
 */
export async function readAttendances(
	items: readonly [Item, ...Item[]],
	lesson: number,
	fields: readonly Field[],
	resolve: (item: Item) => Promise<Item>,
	branch?: number,
): Promise<Attendance> {
	const [item] = items;
	if (items.length === 1) return readAttendance(item, fields, branch);
	const refused = (message: string, description?: string | null) =>
		item.error(
			`Of the items about lesson ${lesson}, ${message}`,
			`${description ?? ''} All items about a lesson are saved at once or not at all.`,
		);
	const read = async (unresolvedItem: Item): Promise<Attendance> => {
		try {
			const one = await resolve(unresolvedItem);
			const given = givenBranch(one) ?? branch;
			if (given !== branch)
				throw one.error(`another 'Branch' is given, ${given}`, 'Give the branch of the lesson.');
			return readAttendance(one, fields, branch);
		} catch (caught) {
			const { message, description } = unresolvedItem.asError(caught);
			throw refused(`item ${unresolvedItem.index} cannot be used: ${message}`, description);
		}
	};
	const body: IDataObject = {};
	const rows: IDataObject[] = [];
	for (const one of [...items].sort((a, b) => a.index - b.index)) {
		const said = await read(one);
		const other = fields.find(
			(field) =>
				[said.body, body].every((all) => field.name in all) &&
				!sameValue(field, body[field.name], said.body[field.name], item.zone),
		);
		if (other) throw refused(`item ${one.index} and one before it contradict each other on '${other.label}'`);
		Object.assign(body, said.body);
		rows.push(...said.rows);
	}
	// A sheet may hold a line twice.
	const different = [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
	const twice = namedTwice(different);
	if (twice !== undefined) throw refused(`some contradict each other on customer ${twice}`);
	return { rows: different, body };
}

const namedTwice = (rows: readonly IDataObject[]): string | undefined =>
	rows
		.map(({ customer_id }) => String(customer_id))
		.find((customer, index, customers) => customers.indexOf(customer) !== index);

function rowsIn(item: Item, fields: readonly Field[], input: IDataObject): IDataObject[] {
	const attendance = rowsField(fields);
	const ids = fields.filter(({ name, type }) => LISTS.includes(name) && type !== 'rows');
	const { present_ids = [], absent_ids = [] } = bodyOf(item, ids, input);
	const { details } = input;
	const long = isBlank(attendance, details) ? [] : (item.toWire(attendance, details) as IDataObject[]);
	const short = (customers: unknown, is_attend: number) =>
		(customers as number[]).map((customer_id) => ({ customer_id, is_attend }));
	const rows = [...long, ...short(present_ids, 1), ...short(absent_ids, 0)].map((row) =>
		bodyOf(item, attendance.fields, row),
	);
	const twice = namedTwice(rows);
	if (rows.length > 0 && twice === undefined) return rows;
	const places = [...ids, attendance].map(({ label }) => `'${label}'`);
	const listed = (last: string) => `${places.slice(0, -1).join(', ')} ${last} ${places.at(-1)}`;
	throw item.error(
		twice === undefined
			? `No customer is given who was present or absent: ${listed('and')} are empty`
			: `Customer ${twice} is given twice`,
		`Name each customer once, in ${listed('or')}.`,
	);
}

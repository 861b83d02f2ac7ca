import { z } from 'zod/v4';
import { faultDocs, faultKinds, type FaultKind } from './http/faults/schema';
import { docsOf, settingNames } from './model/settings';

/** What the schemas say of themselves: the tables of the README and the help of the command line. */

type Row = readonly string[];

const code = (text: string): string => `\`${text}\``;

function table(headings: Row, rows: readonly Row[]): string {
	const lines = [headings, headings.map(() => '---'), ...rows];
	return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const settingsTable = (): string =>
	table(
		['setting', 'values', 'meaning'],
		settingNames.map((name) => [code(name), docsOf(name).values, docsOf(name).meaning]),
	);

function fieldText([name, type]: [string, z.ZodType]): string {
	if (type.description !== undefined) return `${code(name)} (${type.description})`;
	if (!(type instanceof z.ZodDefault)) return code(name);
	const value: unknown = type.def.defaultValue;
	return `${code(name)} ${typeof value === 'string' ? code(value) : String(value)}`;
}

const fieldsText = (kind: FaultKind): string =>
	Object.entries(faultDocs(kind).fields).map(fieldText).join(', ') || '–';

const faultsTable = (): string =>
	table(
		['kind', 'fields', 'the client sees'],
		faultKinds.map((kind) => [code(kind), fieldsText(kind), faultDocs(kind).effect]),
	);

const tables: Readonly<Record<string, () => string>> = { settings: settingsTable, faults: faultsTable };

/** The README with the tables that the schemas make, each between two marks. */
export const withTables = (readme: string): string =>
	Object.entries(tables).reduce((text, [name, make]) => {
		const block = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
		return text.replace(block, (_all, begin, end) => `${begin}\n${make()}\n\n${end}`);
	}, readme);

/** A line for each setting. */
export const settingsHelp = (): string =>
	settingNames
		.map((name) => `  ${name}: ${docsOf(name).values.replaceAll('`', '')}\n      ${docsOf(name).meaning}`)
		.join('\n');

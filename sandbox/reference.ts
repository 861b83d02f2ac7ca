import { z } from 'zod/v4';
import { faultDocs, faultKinds, type FaultKind } from './http/faults/schema';
import { docsOf, settingNames } from './model/settings';

/** What the schemas say of themselves: rows for the tables of the README, and the help of the command line. */

type Cells = string[];

const code = (text: string): string => `\`${text}\``;

/** Setting, values, meaning, fact. */
export const settingRows = (): Cells[] =>
	settingNames.map((name) => {
		const { values, meaning, fact } = docsOf(name);
		return [code(name), values, meaning, fact];
	});

/** Kind, fields, what the client sees. */
export const faultRows = (): Cells[] =>
	faultKinds.map((kind) => [code(kind), fieldsText(kind), faultDocs(kind).effect]);

const fieldsText = (kind: FaultKind): string =>
	Object.entries(faultDocs(kind).fields).map(fieldText).join(', ') || '–';

function fieldText([name, type]: [string, z.ZodType]): string {
	if (type.description !== undefined) return `${code(name)} (${type.description})`;
	if (!(type instanceof z.ZodDefault)) return code(name);
	const value: unknown = type.def.defaultValue;
	return `${code(name)} ${typeof value === 'string' ? code(value) : String(value)}`;
}

/** A line for each setting. */
export const settingsHelp = (): string =>
	settingNames
		.map((name) => `  ${name}: ${docsOf(name).values.replaceAll('`', '')}\n      ${docsOf(name).meaning}`)
		.join('\n');

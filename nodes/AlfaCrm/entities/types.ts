import type { DateFormat } from '../api/formats';

export type OperationName = 'create' | 'delete' | 'get' | 'getAll' | 'update';

interface FieldBasics {
	/** As AlfaCRM calls it. */
	name: string;
	/** Title Case, as the form shows it. */
	label: string;
	description?: string;
	placeholder?: string;
}

export interface Choice {
	value: number;
	label: string;
	description?: string;
}

/** What a field holds decides its parameter in the form, its check and its format on the wire. */
export type FieldType =
	| { type: 'text' | 'longText' | 'texts' | 'integer' | 'id' | 'ids' | 'number' }
	/** Yes or no, on the wire 0/1 or, for a few filters, false/true. */
	| { type: 'flag' | 'boolean' }
	| { type: 'date'; format: DateFormat }
	| { type: 'choice'; choices: readonly Choice[]; preset: number }
	/** One record, or several, of another entity, picked from a dropdown. */
	| { type: 'reference' | 'references'; entity: string };

export type Filter = FieldBasics & FieldType;

export type Field = Filter & {
	/** Asked for at create, since AlfaCRM refuses a record without it. */
	required?: boolean;
	/** In a new record the branch of the call stands in for a value that is not given. */
	fromBranch?: boolean;
};

/**
 * An entity of AlfaCRM as data: from this come the form, the request, the checks, the dropdowns and the tables of the
 * README. Sources of the facts are named in each declaration's comment by the sections of the project's API notes.
 */
export interface Entity {
	/** camelCase; stored in workflows. */
	resource: string;
	/** kebab-case, as in the URL. */
	path: string;
	/** Global entities are addressed without a branch. */
	scope: 'global' | 'branch';
	label: string;
	plural: string;
	operations: readonly OperationName[];
	/** Writable fields; what else AlfaCRM returns passes through as it is. */
	fields: readonly Field[];
	/** Optional ones, sent only when they are set. */
	filters: readonly Filter[];
	/** Always sent, and so always visible in the form, because the server's own default hides records. */
	views?: readonly Extract<Filter, { type: 'choice' }>[];
	/** Makes the index show a record that its defaults would hide, for reading one by ID. */
	reveal?: Readonly<Record<string, number>>;
	/** Accepts `custom_...` fields. */
	custom?: boolean;
}

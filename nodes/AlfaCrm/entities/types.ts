import type { IDataObject } from 'n8n-workflow';

import type { Choice, Field, FieldBasics, FieldType, Filter, Shown } from './fieldTypes';

export type OperationName = 'create' | 'delete' | 'find' | 'get' | 'getAll' | 'update' | 'upsert';

/**
 * How sure the facts about a thing are: several independent sources or a live account agree; the official tables say
 * so; one source, or sources that contradict each other.
 */
type Certainty = 'confirmed' | 'documented' | 'unconfirmed';

/** A natural key: what a record is told by when its ID is not known. */
export interface MatchKey {
	/** Value of 'Match By'; stored in workflows. */
	name: string;
	label: string;
	description?: string;
	/** Fields that must all agree, or `id`; none for a custom field that the form names. */
	fields: readonly string[];
	/** One agreeing field will do. */
	any?: true;
	/** Those of `fields` that the index is asked by; all if absent. The rows that come are compared by all of them. */
	ask?: readonly string[];
}

/** How a record is found again and saved without doubling it. */
export interface Matching {
	/** The first one is offered first. */
	keys: readonly MatchKey[];
	/** The same record may be in any branch of the account, so all are searched. */
	everyBranch?: true;
	/** Fields that an update leaves alone unless that is changed in the form. */
	onlyForNew?: readonly string[];
	/** Of several that match, those whose field has this value come before the others; in words for the form. */
	first?: { field: string; value: number; words: string };
}

/** An ID that AlfaCRM looks for in the query; it is sent in the body too, where some sources have it. */
export type QueryId = Field & { in: readonly OperationName[] };

/** A field that an update names even if it stays, as `shownAs` of the record holds it; but not beside `exceptWith`. */
export type ResentField = Field & { shownAs?: string; exceptWith?: string };

/** The resource of what is added to a customer; how the same one is told is in `operations/actions/additions.ts`. */
export type Added = 'communication' | 'customerTariff' | 'pay' | 'task';

type Nothing = Record<never, never>;

/**
 * What an action does, and what must be said of it besides. Each kind has a module in `operations/actions/`, or in
 * `operations/school/` where it answers a question out of several lists. Those from `change` to `completeLesson` look
 * first, and so can be run again without doing it twice.
 */
interface ActionKinds {
	/** Sends one call that writes. */
	save: {
		/** What an answer must hold that counts as success though it does not say so. */
		confirmedBy?: string;
	};
	/** Reads pages of rows. */
	getMany: Nothing;
	/** Reads a bare list of rows, or one object. */
	get: Nothing;
	/** Reads the record and sends only what differs. */
	change: Nothing;
	/** The same for a lead that moves in the funnel, and for one that is lost. */
	moveToStage: Nothing;
	rejectLead: Nothing;
	/** Adds something to a customer, whose ID travels as `idAs`, unless the same is there already. */
	createIfAbsent: { creates: Added; idAs: string };
	/** A customer joins a group. */
	joinGroup: Nothing;
	/** A customer leaves a group. */
	leaveGroup: Nothing;
	/** Who was at a lesson, which completes it. */
	completeLesson: Nothing;
	/** All that matters of one customer, out of several lists. */
	overview: Nothing;
	/** When a teacher has time. */
	freeSlots: Nothing;
}

export type ActionKindName = keyof ActionKinds;

interface ActionBasics {
	/** camelCase verb; stored in workflows. */
	name: string;
	/** For the list of operations. */
	label: string;
	/** "Complete a lesson". */
	title: string;
	description?: string;
	/** Where it is sent, if not to the entity's own path. */
	path?: string;
	/** Last part of the URL. */
	action: string;
	/** The record itself is chosen by 'ID' and travels in the query as this. */
	idAs?: string;
	/** Parameters that travel in the query. */
	query?: readonly Field[];
	/** Parameters that travel in the body. */
	body?: readonly Field[];
	/** Sent with every such call. */
	fixed?: IDataObject;
	/** What it returns, where that is no record of the entity, for the preview of the output. */
	outputFields?: readonly (FieldBasics & FieldType)[];
	certainty: Certainty;
}

export type ActionOf<K extends ActionKindName> = K extends ActionKindName
	? ActionBasics & { kind: K } & ActionKinds[K]
	: never;

/** Something that can be done with a record besides the usual operations. */
export type Action = ActionOf<ActionKindName>;

/** A filter that stands for a default of the server's own. */
export type DefaultFilter = Extract<Filter, { type: 'choice' }> & {
	/** The value that is the server's default, so it is not sent; then only rows count that have not ended by now. */
	serverDefault?: number;
	/** Fields with the last day of a row, the first one that is filled counts. */
	until?: readonly string[];
	/** What stands for a choice that is not sent as its number. */
	wireValues?: Readonly<Record<number, boolean>>;
	/** What rows hold under its name, or one of `flagNames`, for a choice that is not all. */
	flags: Readonly<Record<number, 0 | 1>>;
	flagNames?: readonly string[];
};

/** What a title in a list says of a field: its first value that says something, and what that is called. */
export interface Detail {
	name: string;
	choices?: readonly Choice[];
	/** The record that it numbers is shown by its name, which is in the list of this entity. */
	entity?: string;
	/** The same where another field says of which entity it is. */
	owner?: { by: string; entities: Readonly<Record<string, string>> };
	/** A day, or a moment with its time. */
	shownAs?: 'day' | 'moment';
	/** The day that ends the period which begins with it. */
	until?: string;
	/** Stands in where it says nothing. */
	otherwise?: Detail;
}

/**
 * An entity of AlfaCRM as data: from this come the form, the request, the checks, the dropdowns, the schemas and the
 * tables of the README. Sources of the facts are named in each declaration's comment by the sections of the project's
 * API notes.
 */
export interface Entity {
	/** camelCase; stored in workflows. */
	resource: string;
	/** kebab-case, as in the URL. */
	path: string;
	/** What the log and the webhooks call it, where that is known. API notes 5.21. */
	className?: string;
	/** Global entities are addressed without a branch. */
	scope: 'global' | 'branch';
	label: string;
	plural: string;
	certainty: Certainty;
	operations: readonly OperationName[];
	/** Those of `operations` that rest on less than the entity as a whole. */
	unconfirmed?: readonly OperationName[];
	/** Writable fields. */
	fields: readonly Field[];
	/** A new one is booked as lessons are: for somebody, once, and at a time that is free. */
	isBooked?: true;
	/** What AlfaCRM may empty, or refuse to do without, where an update does not name it. */
	resentOnUpdate?: readonly ResentField[];
	/** What AlfaCRM returns besides, or of another type than it is written, for the preview of the output. */
	outputFields?: readonly Shown[];
	/** Optional ones, sent only when they are set. */
	filters: readonly Filter[];
	/** Always visible in the form, because the server's own default hides records. */
	defaultFilters?: readonly DefaultFilter[];
	/** The index shows one value of this at a time; all are asked for unless some are chosen. */
	partitionBy?: FieldBasics & { choices: readonly (Choice & { value: number })[] };
	/** Makes the index show a record that its defaults would hide, for reading one by ID. */
	includeHidden?: Readonly<Record<string, number | boolean>>;
	/** Bodies with which the index shows more records, asked one after the other where none may be missed. */
	hiddenPasses?: readonly IDataObject[];
	/**
	 * The index may show only records of the `usual` kind unless another is asked for: the filter for that, and the entity
	 * whose IDs it takes.
	 */
	subtypes?: { name: string; entity: string; usual: number };
	/** Pages of AlfaCRM that show one, as in `/company/1/{page}/view?id=501`. API notes 6 knows no other addresses. */
	pages?: readonly string[];
	/** What a record holds in `field` where the first of `pages` does not show it, and which one does. */
	pageBy?: { field: string; pages: Readonly<Record<string, string>> };
	/** What it is told by besides its ID; makes Find and Create or Update possible. */
	match?: Matching;
	/** Can be archived: by the flag `removed`, and for some by a day, which is reached. */
	archive?: { day?: string };
	/** IDs that travel in the query. */
	keys?: readonly QueryId[];
	actions?: readonly Action[];
	/**
	 * Too many for a dropdown. Records are searched by the filter `by`; by `digits` when only those are typed; by the
	 * pair `day` when a date is. What no filter can find is looked for in the titles of each page. Those `of` a record,
	 * which that key names, are listed once it is chosen.
	 */
	search?: { by?: string; digits?: string; day?: readonly [from: string, to: string]; of?: string };
	/** Fields that name a record in lists, if not `name`; none where `details` say it all. */
	title?: readonly string[];
	/** Fields that tell namesakes apart in lists. */
	details?: readonly Detail[];
	/** What it is called to have none of them, where a record may: a choice of its own in dropdowns. */
	none?: string;
	/** The field that numbers what a record is a part of, in the list of this entity. Dropdowns name it where there are several. */
	partOf?: { field: string; entity: string };
	/** The most useful fields of a wide record, some ten. */
	simple?: readonly string[];
	/** Accepts `custom_...` fields. */
	custom?: boolean;
}

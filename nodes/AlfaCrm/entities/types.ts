import type { IDataObject } from 'n8n-workflow';

import type { Choice, Field, FieldBasics, FieldType, Filter, Nothing, OfType, Shown } from './fieldTypes';

/** A resource that lists several entities, one of which is chosen in the form. */
export type ListResource = 'message' | 'referenceList';

export type OperationName = 'create' | 'delete' | 'find' | 'get' | 'getAll' | 'update' | 'upsert';

/**
 * How sure the facts about a thing are: several independent sources or a live account agree; the official tables say
 * so; one source, or sources that contradict each other.
 */
type Certainty = 'confirmed' | 'documented' | 'unconfirmed';

/** What a record is told by when its ID is not known, such as a phone. */
export interface MatchKey {
	/** Value of 'Match By'; stored in workflows. */
	name: string;
	label: string;
	description?: string;
	/** The fields whose match values a record must have: declared ones, or `id`. Empty if the user names a custom field. */
	fields: readonly string[];
	/** One matching field is enough; otherwise all must match. */
	isOneEnough?: true;
	/** The fields are tried in their order, and the first that finds a record decides. */
	isTriedInOrder?: true;
	/** The user may name a custom field, which then is the last of `fields`. */
	mayHaveCustomField?: true;
	/** The fields that the list is asked for; all if left out. The rows that come are compared by all `fields`. */
	queriedFields?: readonly string[];
}

/** How a record is found again, in any branch of the account, and saved without doubling it. */
export interface Matching {
	/** The first one is offered first. */
	keys: readonly MatchKey[];
	/** Fields that an update leaves alone unless that is changed in the form. */
	onlyForNew: readonly string[];
}

/** The resource of what is added to a customer; how the same one is told is in `operations/payments/additions.ts`. */
export type Added = 'communication' | 'customerTariff' | 'pay' | 'task';

/**
 * What an action does, and what must be said of it besides. Each kind has a module in the folder of `operations/` for
 * what it is about. Those from `change` to `completeLesson` look
 * first, and so can be run again without doing it twice.
 */
interface ActionKinds {
	/** Sends one call that writes. */
	save: {
		/** What an answer must hold that counts as success though it does not say so. */
		confirmedBy?: string;
		/** The field of `body` that says the last part of the URL, and is not sent. */
		actionBy?: string;
	};
	/** Reads pages of rows. */
	getMany: Nothing;
	/** Reads a bare list of rows, or one object. */
	get: Nothing;
	/** Reads the record and sends only what differs. */
	change: Nothing;
	/** The same for the stage of a lead, where it may be left as it is. */
	moveToStage: Nothing;
	/** The same for a lead that is lost; a client is refused. */
	rejectLead: Nothing;
	/** Adds something to a customer, whose ID travels in the body as `idAs`, unless the same is there already. */
	createIfAbsent: {
		creates: Added;
		idAs: string;
		/** The same one is told by its External ID; without one it is added each time. */
		onlyNumbered?: true;
	};
	/** Adds a refund or a correction; with an External ID unless it is there already. */
	correctPayment: Nothing;
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
	/** Books a lesson at a time that is free, unless it is there already. */
	bookLesson: Nothing;
	/** Who comes to lessons. */
	participants: Nothing;
}

export type ActionKindName = keyof ActionKinds;

interface ActionBasics {
	/** camelCase verb; stored in workflows. */
	name: string;
	/** For the list of operations. */
	label: string;
	/** "Complete lesson with attendance": all that an AI agent hears of it. */
	title: string;
	description?: string;
	/** Where it is sent, if not to the entity's own path. */
	path?: string;
	/** Last part of the URL. */
	action: string;
	/** The record itself is chosen by 'ID', unless a field of this name says it, and travels in the query as this. */
	idAs?: string;
	/** Parameters that travel in the query. */
	query?: readonly Field[];
	/** Parameters that travel in the body. */
	fields?: readonly Field[];
	/** In its options, for the node alone. */
	options?: readonly Field[];
	/** Sent with every such call. */
	fixed?: IDataObject;
	/** What it returns, where that is no record of the entity, for the preview of the output. */
	outputFields?: readonly (FieldBasics & FieldType)[];
	/** It rests on less than the entity as a whole. */
	unconfirmed?: true;
}

export type ActionOf<K extends ActionKindName> = K extends ActionKindName
	? ActionBasics & { kind: K } & ActionKinds[K]
	: never;

/** Something that can be done with a record besides the usual operations. */
export type Action = ActionOf<ActionKindName>;

/** A filter that always stands in the form of a list, because the server's own default hides records. */
export type View = FieldBasics &
	OfType<'choice'> & {
		/** What the index is asked for a choice. */
		ask(chosen: number): IDataObject;
		/** Whether a row belongs to a choice, as far as it shows. */
		holds(row: IDataObject, chosen: number, zone: string): boolean;
	};

/** Values that the index shows one at a time; all of them are asked for unless some are chosen. */
export type Partition = FieldBasics & { choices: ReadonlyArray<Choice & { value: number }> };

/** What an index leaves out unless it is asked for. */
export interface Hidden {
	views?: readonly View[];
	/** Shows a record that the defaults would hide, together with whatever else is asked. */
	show?: Readonly<Record<string, number | boolean>>;
	/** Bodies with which the index shows more records, asked one after the other where none may be missed. */
	passes?: readonly IDataObject[];
	partition?: Partition;
	/** Only records of the `usual` kind may come: the filter for another kind, and the entity whose IDs it takes. */
	kinds?: { name: string; entity: string; usual: number };
}

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
}

/** How a record is called in dropdowns and lists that are searched, and how it is found there. */
export interface Listed {
	/** Fields that name it, if not `name`; none where `details` say it all. */
	title?: readonly string[];
	/** Fields that tell namesakes apart. */
	details?: readonly Detail[];
	/** What it is called to have none of them, where a record may: a choice of its own in dropdowns. */
	none?: string;
	/** The field that numbers what a record is a part of, in the list of that entity. Dropdowns name it where there are several. */
	partOf?: { field: string; entity: string };
	/**
	 * Too many for a dropdown. Records are searched by the filter `by`; by `digits` when only those are typed; by the
	 * pair `day` when a date is. What no filter can find is looked for in the titles of each page. Those `of` a record,
	 * which that key names, are listed once it is chosen.
	 */
	search?: { by?: string; digits?: string; day?: readonly [from: string, to: string]; of?: string };
}

/** A page of AlfaCRM, as in `/company/1/{name}/view?id=501`, and which records it shows, if not all. API notes 6. */
export interface Page {
	name: string;
	isOf?: (row: IDataObject) => boolean;
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
	/** Global entities are addressed without a branch. */
	scope: 'global' | 'branch';
	label: string;
	plural: string;
	certainty: Certainty;
	operations: readonly OperationName[];
	/** Writable fields. */
	fields: readonly Field[];
	/** Optional ones, sent only when they are set. */
	filters: readonly Filter[];

	/** The resource under which it is listed together with others; it has none of its own. */
	listedIn?: ListResource;
	/** Its rows have no ID. */
	withoutId?: true;
	/** What the log and the webhooks call it, where that is known. API notes 5.21. */
	className?: string;
	/** Those of `operations` that rest on less than the entity as a whole. */
	unconfirmed?: readonly OperationName[];
	/** What AlfaCRM returns besides, or of another type than it is written, for the preview of the output. */
	outputFields?: readonly Shown[];
	/** The most useful fields of a wide record, what counts first: ten at most. */
	simple?: readonly string[];
	/** Accepts `custom_...` fields. */
	custom?: boolean;
	hidden?: Hidden;
	listed?: Listed;
	/** Pages that show one; the first shows those that no other does. */
	pages?: readonly Page[];
	/** What it is told by besides its ID; makes Find and Create or Update possible. */
	match?: Matching;
	/** Can be archived: by the flag `removed`, and for some by a day, which is reached. */
	archive?: { day?: string };
	/** What the usual operations name in the query, such as the record whose own ones these are; in the body too, where some sources have it. */
	keys?: readonly Field[];
	actions?: readonly Action[];
}

import type { IDataObject } from 'n8n-workflow';

import type {
	Choice,
	Field,
	FieldBasics,
	FieldType,
	Filter,
	Nothing,
	OfType,
	Shown,
} from './fieldTypes';

/** A resource that lists several entities, one of which is chosen in the form. */
export type ListResource = 'message' | 'referenceList';

export type OperationName = 'create' | 'delete' | 'find' | 'get' | 'getAll' | 'update' | 'upsert';

/**
 * How sure the facts about a thing are: several independent sources or a live account agree; the
 * official tables say so; one source, or sources that contradict each other.
 */
type Certainty = 'confirmed' | 'documented' | 'unconfirmed';

/** A match key: it identifies a record whose ID is not known, for example by a phone. */
export interface MatchKey {
	/** Value of 'Match By'; stored in workflows. */
	name: string;
	label: string;
	description?: string;
	/**
	 * The fields whose match values a record must have: declared ones, or `id`. Empty if the user
	 * names a custom field.
	 */
	fields: readonly string[];
	/** One matching field is enough; otherwise all must match. */
	isOneEnough?: true;
	/** The fields are tried in their order, and the first that finds a record decides. */
	isTriedInOrder?: true;
	/** The user may name a custom field, which then is the last of `fields`. */
	mayHaveCustomField?: true;
	/**
	 * The fields that the list is asked for; all if left out. The rows that come are compared by all
	 * `fields`.
	 */
	queriedFields?: readonly string[];
}

/** How a record is found again, in any branch of the account, and saved without doubling it. */
export interface Matching {
	/** The first one is offered first. */
	keys: readonly MatchKey[];
	/** Fields that an update leaves alone unless that is changed in the form. */
	onlyForNew: readonly string[];
}

/**
 * The resource of a record that an action of the kind `addToCustomer` adds. How an equal record is
 * recognised is in `operations/customers/equalRecords.ts`.
 */
export type AddedResource = 'communication' | 'customerTariff' | 'task';

/**
 * The kinds of actions, with the settings that only actions of a kind have. Each kind has a module
 * in the folder of `operations/` for what it is about. A kind that does something "unless" it is so
 * already reads before it writes, so an action of that kind can run again without doing anything
 * twice.
 */
interface ActionKinds {
	/** Sends one call that writes, each time. */
	save: {
		/**
		 * The field of the answer that confirms the call, where AlfaCRM does not answer with `success`.
		 */
		confirmedBy?: string;
		/**
		 * The field of the form whose value is the last part of the URL. It is not sent in the body.
		 */
		actionBy?: string;
	};
	/** Reads the pages of a list. */
	getMany: Nothing;
	/** Reads an answer that has no pages: a list of rows, or one object. */
	get: Nothing;
	/** Changes a record, unless it has these values already; sends only the values that differ. */
	change: Nothing;
	/** Moves a lead to a stage, unless the options say to leave it where it is. */
	moveToStage: Nothing;
	/** Marks a lead as lost, unless it is marked already; refuses a client. */
	rejectLead: Nothing;
	/** Adds a record such as a comment to a customer, unless an equal one is there already. */
	addToCustomer: {
		addedResource: AddedResource;
		/** The field of the added record that holds the customer. */
		customerField: string;
	};
	/** Enters an income of a customer, unless the same payment is there already. */
	enterPayment: Nothing;
	/** Enters a refund or a correction; one with an External ID, unless it is there already. */
	correctPayment: Nothing;
	/** Adds a customer to a group, unless the customer is a member already. */
	joinGroup: Nothing;
	/** Takes a customer out of a group, unless the customer is no member any more. */
	leaveGroup: Nothing;
	/** Completes a lesson with its attendance, unless it is completed so already. */
	completeLesson: Nothing;
	/** Gathers what matters of one customer from several lists. */
	overview: Nothing;
	/** Finds free times of a teacher. */
	freeSlots: Nothing;
	/** Books a lesson at a free time, unless it is booked already. */
	bookLesson: Nothing;
	/** Lists who comes to lessons. */
	participants: Nothing;
}

export type ActionKindName = keyof ActionKinds;

/** The settings of every action. */
interface ActionBasics {
	/** The value of 'Operation': a verb in camelCase, stored in workflows. */
	name: string;
	/** The name in the list of operations. */
	label: string;
	/** "Complete lesson with attendance": the only text that an AI agent sees. */
	title: string;
	description?: string;
	/** The path of the call, if it is not the entity's own. */
	path?: string;
	/** The last part of the URL. */
	action: string;
	/** Has the form ask for a record of the entity, and sends its ID to AlfaCRM under this name. */
	idAs?: string;
	/** The fields of the form that are sent in the query. */
	query?: readonly Field[];
	/** The fields of the form that are sent in the body. */
	fields?: readonly Field[];
	/** Fields in the options of the form that are not sent; the node alone uses them. */
	options?: readonly Field[];
	/** Values that every such call sends. */
	fixed?: IDataObject;
	/**
	 * The fields of the output, if it is no record of the entity. The editor previews the output from
	 * them.
	 */
	outputFields?: readonly (FieldBasics & FieldType)[];
	/** The facts about this action are less certain than those about its entity. */
	unconfirmed?: true;
}

export type ActionOf<K extends ActionKindName> = K extends ActionKindName
	? ActionBasics & { kind: K } & ActionKinds[K]
	: never;

/** Something that can be done with a record besides the usual operations. */
export type Action = ActionOf<ActionKindName>;

/**
 * A filter that always stands in the form of a list, because the server's own default hides
 * records.
 */
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
	/**
	 * Bodies with which the index shows more records, asked one after the other where none may be
	 * missed.
	 */
	passes?: readonly IDataObject[];
	partition?: Partition;
	/**
	 * Only records of the `usual` kind may come: the filter for another kind, and the entity whose
	 * IDs it takes.
	 */
	kinds?: { name: string; entity: string; usual: number };
}

/**
 * A detail that a list shows in the title of a record: the first value of a field that is not
 * empty.
 */
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
	/**
	 * The name of the choice "none" in dropdowns, if a record may have none of this entity.
	 */
	none?: string;
	/**
	 * The field that numbers what a record is a part of, in the list of that entity. Dropdowns name
	 * it where there are several.
	 */
	partOf?: { field: string; entity: string };
	/**
	 * Too many for a dropdown. Records are searched by the filter `by`; by `digits` when only those
	 * are typed; by the pair `day` when a date is. What no filter can find is looked for in the
	 * titles of each page. Those `of` a record, which that key names, are listed once it is chosen.
	 */
	search?: { by?: string; digits?: string; day?: readonly [from: string, to: string]; of?: string };
}

/**
 * A page of AlfaCRM, as in `/company/1/{name}/view?id=501`, and which records it shows, if not all.
 * API notes 6.
 */
export interface Page {
	name: string;
	isOf?: (row: IDataObject) => boolean;
}

/**
 * An entity of AlfaCRM as data: from this come the form, the request, the checks, the dropdowns,
 * the schemas and the tables of the README. Sources of the facts are named in each declaration's
 * comment by the sections of the project's API notes.
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
	/**
	 * Further fields that AlfaCRM returns, or fields that it returns with another type, for the
	 * preview of the output.
	 */
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
	/**
	 * The fields that the usual operations send in the query, such as the customer to whom the
	 * records belong. They are sent in the body too, because some sources have them there.
	 */
	keys?: readonly Field[];
	actions?: readonly Action[];
}

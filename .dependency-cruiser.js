// @ts-check
'use strict';

/** What stands in a row may import what stands in its own and in the rows below it, never what is above. */
const LAYERS = {
	nodes: [
		['^nodes/AlfaCrm/AlfaCrm\\w*\\.node\\.ts$'],
		['^nodes/AlfaCrm/trigger/'],
		['^nodes/AlfaCrm/operations/'],
		['^nodes/AlfaCrm/run/'],
		['^nodes/AlfaCrm/output/', '^nodes/AlfaCrm/loadOptions/'],
		['^nodes/AlfaCrm/store/'],
		['^nodes/AlfaCrm/form/'],
		['^nodes/AlfaCrm/fields/'],
		['^nodes/AlfaCrm/entities/'],
		['^credentials/'],
		['^nodes/AlfaCrm/api/'],
		['^nodes/AlfaCrm/values/'],
	],
	operations: [
		['^nodes/AlfaCrm/operations/\\w+\\.ts$'],
		['^nodes/AlfaCrm/operations/(account|customers|groups|lessons|payments)/'],
		['^nodes/AlfaCrm/operations/common/'],
	],
	sandbox: [
		['^sandbox/(cli|reference)\\.ts$'],
		['^sandbox/index\\.ts$'],
		['^sandbox/control/'],
		['^sandbox/http/'],
		['^sandbox/school/'],
		['^sandbox/engine/'],
		['^sandbox/model/'],
	],
	'the polling trigger': [
		['^nodes/AlfaCrm/trigger/(clockWatch|poll|pollForm|pollNames)\\.ts$'],
		['^nodes/AlfaCrm/trigger/(events|webhook)/'],
		['^nodes/AlfaCrm/trigger/sources/'],
		['^nodes/AlfaCrm/trigger/(branches|changeFilters|digest|eventSource|recordReader|stamps|state)\\.ts$'],
		['^nodes/AlfaCrm/trigger/(change|idRanges|storedShape)\\.ts$'],
	],
};

/** Folders of operations side by side, which share code through `common`, `run` and `store` only. */
const SIBLINGS = ['account', 'customers', 'groups', 'lessons', 'payments'];

const siblingRules = SIBLINGS.map((folder) => ({
	name: `operations/${folder} imports none of its siblings`,
	severity: 'error',
	from: { path: `^nodes/AlfaCrm/operations/${folder}/` },
	to: {
		path: `^nodes/AlfaCrm/operations/(${SIBLINGS.filter((one) => one !== folder).join('|')})/`,
	},
}));

const layerRules = Object.entries(LAYERS).flatMap(([house, layers]) =>
	layers.slice(1).map((layer, index) => ({
		name: `${house}: ${layer.join(', ')} imports nothing from above it`,
		severity: 'error',
		from: { path: layer },
		to: { path: layers.slice(0, index + 1).flat() },
	})),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		{
			name: 'no circles',
			comment: 'Types count too: two files that need each other are one, or hide a third.',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		...layerRules,
		...siblingRules,
		{
			name: 'the sandbox is written from the facts, not from the nodes',
			severity: 'error',
			from: { path: '^sandbox/' },
			to: { path: '^(nodes|credentials|test|scripts)/' },
		},
		{
			name: 'the package stands alone',
			comment: 'It is published without dependencies: what it uses besides Node comes with n8n.',
			severity: 'error',
			from: { path: '^(nodes|credentials)/' },
			to: {
				pathNot: '^(nodes|credentials)/|^package\\.json$|/(n8n-workflow|luxon)/',
				dependencyTypesNot: ['core'],
			},
		},
		{
			name: 'the state machine does no work of its own',
			comment:
				'What a poll finds is a function of the state and the pages that were read; it may say what went wrong.',
			severity: 'error',
			from: {
				path: '^nodes/AlfaCrm/trigger/(idRanges|stamps|sources/(dueDates/|newRecords/newRecordsState|comingLessons/comingLessonsState|changeLog/(changeLogState|derivedEventsState|knownKeys|logEntries|logExcerpt|logRows|reportedEvents|shortKeys)))',
			},
			to: {
				path: '^nodes/AlfaCrm/(api/(?!failures)|store/(?!calendar/occurrences)|(operations|run|output|loadOptions|form|trigger/(events|webhook))/)',
				dependencyTypesNot: ['type-only'],
			},
		},
		{
			name: 'what is not a test knows none',
			comment: 'But for the benches of polls and of a picker, which work as the tests do.',
			severity: 'error',
			from: { pathNot: '^test/|^scripts/lib/bench/(picker|poll)\\.ts$' },
			to: { path: '^test/' },
		},
		{ name: 'everything is found', severity: 'error', from: {}, to: { couldNotResolve: true } },
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		tsConfig: { fileName: 'tsconfig.dev.json' },
		tsPreCompilationDeps: true,
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['import', 'require', 'node', 'default'],
		},
	},
};

import ts from 'typescript';
import { inRepo, ROOT } from '../paths';

/** The types that the triggers' state is kept in, between two polls and over an update of the package. */
const STATES = [
	{ file: 'trigger/state.ts', names: ['Stored'] },
	{ file: 'trigger/changeLog.ts', names: ['LogState'] },
	{ file: 'trigger/newRecords.ts', names: ['RecordsState'] },
	{ file: 'trigger/derivedEvents.ts', names: ['DerivedState'] },
	{ file: 'trigger/dueDates.ts', names: ['DueState'] },
	{ file: 'trigger/comingLessonsState.ts', names: ['ComingState'] },
	{ file: 'trigger/webhook/deliveries.ts', names: [] },
];
/** Numbers that tell which shape is stored, by their names in these files. */
const NUMBERS = /^(VERSION|LATEST_DELIVERIES|DIGEST_LENGTH)$/;

type Shape = string | { [property: string]: Shape };

/** What the triggers store: versions, and each property with its type. */
export function stateContract(): Record<string, Shape> {
	const { config } = ts.readConfigFile(inRepo('tsconfig.json'), ts.sys.readFile) as { config: unknown };
	const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
	const paths = STATES.map(({ file }) => inRepo('nodes/AlfaCrm', file));
	const program = ts.createProgram(paths, { ...options, noEmit: true });
	const checker = program.getTypeChecker();
	const found: Array<[string, Shape]> = [];
	STATES.forEach(({ names }, index) => {
		const source = program.getSourceFile(paths[index]);
		if (!source) throw new Error(`${paths[index]} is not there`);
		const missing = new Set(names);
		source.forEachChild((node) => {
			if (ts.isInterfaceDeclaration(node) && missing.delete(node.name.text))
				found.push([node.name.text, shapeOf(checker, checker.getTypeAtLocation(node), node)]);
			if (ts.isVariableStatement(node))
				for (const { name, initializer } of node.declarationList.declarations)
					if (NUMBERS.test(name.getText()) && initializer)
						found.push([name.getText(), initializer.getText()]);
		});
		if (missing.size > 0) throw new Error(`${paths[index]} has no ${[...missing].join(', ')}`);
	});
	return Object.fromEntries(found);
}

/** Ours are opened up to their properties; those of Node, n8n and TypeScript are called by their names. */
function shapeOf(checker: ts.TypeChecker, type: ts.Type, at: ts.Node, above: ts.Type[] = []): Shape {
	const declared = type.getProperties();
	const isOurs = (symbol?: ts.Symbol) =>
		(symbol?.declarations ?? []).some((one) => one.getSourceFile().fileName.startsWith(inRepo('nodes')));
	const isPlain = !type.isUnion() && declared.length > 0 && declared.every(isOurs) && !above.includes(type);
	if (!isPlain) return printedType(checker, type, at, above);
	return Object.fromEntries(
		declared.map((property) => {
			const mark = property.flags & ts.SymbolFlags.Optional ? '?' : '';
			const own = checker.getTypeOfSymbolAtLocation(property, at);
			const bare = mark ? checker.getNonNullableType(own) : own;
			return [`${property.name}${mark}`, shapeOf(checker, bare, at, [...above, type])];
		}),
	);
}

/** A list, or a record by keys, of ours is opened up too. */
function printedType(checker: ts.TypeChecker, type: ts.Type, at: ts.Node, above: ts.Type[]): Shape {
	const element = checker.isArrayType(type)
		? checker.getTypeArguments(type as ts.TypeReference)[0]
		: undefined;
	const value = element ?? type.getStringIndexType() ?? type.getNumberIndexType();
	if (value !== undefined && !above.includes(type)) {
		const inner = shapeOf(checker, value, at, [...above, type]);
		if (typeof inner !== 'string') return { [element ? '[each]' : '[key]']: inner };
	}
	const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
	return checker.typeToString(type, at, flags);
}

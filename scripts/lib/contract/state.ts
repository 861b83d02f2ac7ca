import ts from 'typescript';
import { inRepo, ROOT } from '../paths';

/** The types that the triggers' state is kept in, between two polls and over an update of the package. */
const STATE_TYPES = ['Stored', 'StoredLogState', 'RecordsState', 'DerivedState', 'DueState', 'ComingState'];
/** Constants that the stored state depends on. */
const STATE_NUMBERS = ['VERSION', 'LATEST_DELIVERIES', 'DIGEST_LENGTH'];
const TRIGGERS = ['AlfaCrmTrigger.node.ts', 'AlfaCrmWebhookTrigger.node.ts'];

type Shape = string | { [property: string]: Shape };

/**
 * Reads what the triggers store: versions, and each property with its type. Types and constants are found by their names in any file
 * that the triggers import, so a file may move.
 */
export function stateContract(): Record<string, Shape> {
	const { config } = ts.readConfigFile(inRepo('tsconfig.json'), ts.sys.readFile) as { config: unknown };
	const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
	const roots = TRIGGERS.map((file) => inRepo('nodes/AlfaCrm', file));
	const program = ts.createProgram(roots, { ...options, noEmit: true });
	const checker = program.getTypeChecker();
	const shapes = new Map<string, Shape>();

	const add = (name: string, shape: Shape) => {
		if (shapes.has(name))
			throw new Error(`${name} is declared twice, so it is not clear which one is stored`);
		shapes.set(name, shape);
	};
	for (const source of program.getSourceFiles()) {
		if (!source.fileName.startsWith(inRepo('nodes'))) continue;

		source.forEachChild((node) => {
			if (ts.isInterfaceDeclaration(node) && STATE_TYPES.includes(node.name.text)) {
				add(node.name.text, shapeOf(checker, checker.getTypeAtLocation(node), node));
			}
			if (!ts.isVariableStatement(node)) return;

			for (const { name, initializer } of node.declarationList.declarations) {
				const isStored = STATE_NUMBERS.includes(name.getText());
				if (isStored && initializer) add(name.getText(), initializer.getText());
			}
		});
	}

	const names = [...STATE_NUMBERS, ...STATE_TYPES];
	const missing = names.filter((name) => !shapes.has(name));
	if (missing.length > 0) throw new Error(`The triggers declare no ${missing.join(', ')}`);
	// In the order of the lists, so that a moved file changes nothing.
	return Object.fromEntries(names.map((name) => [name, shapes.get(name) as Shape]));
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

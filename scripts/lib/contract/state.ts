import ts from 'typescript';
import { inRepo, ROOT } from '../paths';

/** The types of what the triggers store between two polls. A stored state must survive an update of the package. */
const STATE_TYPES = ['Stored', 'StoredLogState', 'RecordsState', 'DerivedState', 'DueState', 'ComingState'];
/** The constants on which the stored state depends. */
const STATE_CONSTANTS = ['VERSION', 'LATEST_DELIVERIES', 'DIGEST_LENGTH'];
const TRIGGER_FILES = ['AlfaCrmTrigger.node.ts', 'AlfaCrmWebhookTrigger.node.ts'];

/** A type as text or, if it is one of this package, its properties with their types. */
type Shape = string | { [property: string]: Shape };

/**
 * Describes what the triggers store: the constants, and the properties of the types. They are found
 * by name in all files that the triggers import, so a declaration may move to another file.
 */
export function stateContract(): Record<string, Shape> {
	const program = compileTriggers();
	const shapes = new Map<string, Shape>();
	for (const [name, shape] of findDeclarations(program)) {
		if (shapes.has(name)) {
			throw new Error(`${name} is declared twice, so it is not clear which one is stored`);
		}
		shapes.set(name, shape);
	}

	const names = [...STATE_CONSTANTS, ...STATE_TYPES];
	const missingNames = names.filter((name) => !shapes.has(name));
	if (missingNames.length > 0) throw new Error(`The triggers declare no ${missingNames.join(', ')}`);

	// The order does not depend on the files, so that a moved declaration changes nothing.
	return Object.fromEntries(names.map((name) => [name, shapes.get(name) as Shape]));
}

function compileTriggers(): ts.Program {
	const { config } = ts.readConfigFile(inRepo('tsconfig.json'), ts.sys.readFile) as { config: unknown };
	const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
	const files = TRIGGER_FILES.map((file) => inRepo('nodes/AlfaCrm', file));
	return ts.createProgram(files, { ...options, noEmit: true });
}

/** Finds the declarations of the state types and constants in the files of this package. */
function* findDeclarations(program: ts.Program): Generator<[name: string, shape: Shape]> {
	const describer = new TypeDescriber(program.getTypeChecker());
	const ownFiles = program.getSourceFiles().filter(isOwnFile);

	for (const node of ownFiles.flatMap(({ statements }) => [...statements])) {
		if (ts.isInterfaceDeclaration(node) && STATE_TYPES.includes(node.name.text)) {
			yield [node.name.text, describer.describeDeclaration(node)];
		}
		if (!ts.isVariableStatement(node)) continue;

		for (const { name, initializer } of node.declarationList.declarations) {
			const isStateConstant = STATE_CONSTANTS.includes(name.getText());
			if (isStateConstant && initializer) yield [name.getText(), initializer.getText()];
		}
	}
}

/** Describes types by their properties. Types of Node.js, n8n and TypeScript are described by their names. */
class TypeDescriber {
	constructor(private readonly checker: ts.TypeChecker) {}

	describeDeclaration(declaration: ts.InterfaceDeclaration): Shape {
		return this.describe(this.checker.getTypeAtLocation(declaration), declaration, []);
	}

	/** @param outerTypes the types in which this one was found; a type inside itself is only named */
	private describe(type: ts.Type, location: ts.Node, outerTypes: ts.Type[]): Shape {
		const properties = type.getProperties();
		const isOwnObject = !type.isUnion() && properties.length > 0 && properties.every(isOwnSymbol);
		if (!isOwnObject || outerTypes.includes(type)) return this.describeByName(type, location, outerTypes);

		const shape: Record<string, Shape> = {};
		for (const property of properties) {
			const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
			const declaredType = this.checker.getTypeOfSymbolAtLocation(property, location);
			const valueType = isOptional ? this.checker.getNonNullableType(declaredType) : declaredType;
			const name = isOptional ? `${property.name}?` : property.name;
			shape[name] = this.describe(valueType, location, [...outerTypes, type]);
		}
		return shape;
	}

	/** Describes a list or a map of own objects by its values, and any other type by its name. */
	private describeByName(type: ts.Type, location: ts.Node, outerTypes: ts.Type[]): Shape {
		const elementType = this.checker.isArrayType(type)
			? this.checker.getTypeArguments(type as ts.TypeReference)[0]
			: undefined;
		const valueType = elementType ?? type.getStringIndexType() ?? type.getNumberIndexType();
		if (valueType !== undefined && !outerTypes.includes(type)) {
			const valueShape = this.describe(valueType, location, [...outerTypes, type]);
			const isObject = typeof valueShape !== 'string';
			if (isObject) return { [elementType ? '[each]' : '[key]']: valueShape };
		}

		const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
		return this.checker.typeToString(type, location, flags);
	}
}

function isOwnFile({ fileName }: ts.SourceFile): boolean {
	return fileName.startsWith(inRepo('nodes'));
}

function isOwnSymbol({ declarations = [] }: ts.Symbol): boolean {
	return declarations.some((declaration) => isOwnFile(declaration.getSourceFile()));
}

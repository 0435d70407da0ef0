// Writes gpt2-strings.jsonl.gz: a thousand hard strings, each with GPT-2's token ids, one JSON object {"text", "ids"} a line.
//
//   npm install tiktoken@1.0.22 gpt-3-encoder@1.1.4 && node gpt2_strings.mjs
//
// The ids are those of OpenAI's own encoder, tiktoken (its Rust core as WebAssembly). Where JavaScript's regular expressions
// agree with Python's on the text, a second encoder that reads vocab.bpe and encoder.json must give the same ids.
// gpt2-merges.txt.gz beside it is `gzip -9n` of OpenAI's vocab.bpe, as gpt-3-encoder carries it.
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const require = createRequire(import.meta.url);
const gpt2 = require("tiktoken").get_encoding("gpt2");
const second = require("gpt-3-encoder");

// mulberry32: a few lines, the same numbers everywhere.
let state = 20200902;
const random = (n) => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
};
const pick = (list) => list[random(list.length)];
const times = (n, make) => Array.from({ length: n }, make).join("");
const between = (first, last) => String.fromCodePoint(first + random(last - first + 1));

const byHand = [
  "", " ", "  ", "   ", "\n", "\r\n", "\t", "\0", "a", " a", "  a", "a ", "a  ", "a  b", "a \n b", "\n\n\n", "\n\na", " \n", "\n ", "\r\r\n\n",
  "Hello, world!", "The quick brown fox jumps over the lazy dog.", "hello", "Hello", "HELLO", "hElLo", " hello hello",
  "SUBREDDIT: r/relationships\n\nTITLE: My [25M] girlfriend's [24F] cat won't stop\n\nPOST: It's 3am.\n\nI can't sleep.\n\nTL;DR:",
  "I'm we've you're they'll he'd she's don't", "I'M WE'VE YOU'RE", "'s't're've'm'll'd", "''s ''''t", "'", "''", "' s", " 's", " 'll", "'l", "'r", "'v", "rock 'n' roll", "’s ‘quoted’ don’t",
  "'S 'T 'Re 'lL", "x'sy", "1's 2'd", "\n's", "!'s", "'s's", "'sa", "'rea", "it'''s",
  "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> <|endoftext|>", "<|endoftext", "<|padding|>",
  "1", "12", "123", "1234567890", "3.14159265358979", "1,000,000", "0x1F600", "1e-10", "12abc34", "½ ¾ ² ³ ₄", "Ⅷ ⅻ", "٣٤٥ ०१२ 一二三", "𝟘𝟙𝟚 𝟬", "①②③", "10¹⁰",
  "😀", " 😀", "😀😀😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "❤️", "☺", "a😀b", "😀a", "😀1", "😀 's", "🤷🏾‍♀️ ok", "1️⃣2️⃣", "🫠", "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
  "e\u0301", "é", "a\u0308o\u0308u\u0308", "Z\u0351\u0300a\u0310l\u0317g\u0343o\u0320", "\u0301", " \u0301a", "n\u0303\u0303\u0303", "क्षि", "ที่นี่", "각", "각", "ﬁ ﬂ ﬃ",
  "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", " 𝔘", "𝔘1", "1𝔘", "𐐷𐑊", "𠀀𠀁 𪚥", "𝒜b𝒞", "𐤀𐤁", "𒀀", "𓀀", "𝕏's",
  "\u200b", "a\u200bb", "\u200c\u200d", "\ufeffBOM", "a\ufeff b", "\u00ad", "co\u00adoperate", "\u2060", "\u061c", "\ufffd", "\ufffe", "\uffff", "\u{10ffff}", "\ue000", "\u{f0000}",
  "\u0085", "a\u0085b", " \u0085 ", "\u00a0", "a\u00a0b", "\u00a0\u00a0a", " \u00a0a", "\u00a0 a", "\u1680a", "\u180ea", "\u2000\u2001a", "\u2003 a", "\u2028a", "\u2029\n", "\u202fa", "\u205f\u205fa", "\u3000a", "\u3000\u3000", "全角\u3000空白",
  "\u001c", "\u001c\u001d\u001e\u001fa", "a\u001cb", " \u001c", "\u000b\u000c", "a\u000bb", "\u000ca", "\u007f", "\u0080\u009f", "\u0001\u0002\u0003", "\u001b[31mred\u001b[0m",
  "مرحبا بالعالم", "שלום עולם", "‏שלום‏ abc", "السَّلَامُ عَلَيْكُمْ", "‮reversed‬", "العربية 123 english", "نستعلیق‌ها",
  "你好，世界！", "こんにちは世界", "カタカナ ｶﾀｶﾅ", "안녕하세요 세계", "東京都、日本。", "中文English混排123", "「引用」", "ㄅㄆㄇ", "々〆", "ー", "ゝヽ",
  "Ελληνικά κείμενο", "Привет, мир!", "Ёлка ъ", "Íslenska þ ð", "Türkçe İıŞş", "Việt Nam đẹp", "ß ẞ straße", "Ǆ ǅ ǆ", "ʰʲʷ", "ªº", "ქართული", "հայերեն", "தமிழ்", "ꦗꦮ", "አማርኛ", "ᚠᚢᚦ",
  "def f(x):\n    return x ** 2  # square\n", "for (int i = 0; i < n; ++i) {\n\t\ta[i] += b[i];\n}\n", "#include <stdio.h>\r\nint main(void)\r\n{\r\n\treturn 0;\r\n}\r\n",
  "SELECT * FROM t WHERE a='b' AND c<>'d';", "<p class=\"x\">a &amp; b</p>", "{\"a\":[1,2,{\"b\":null}]}", "$ ls -la | grep '^d' > /dev/null 2>&1", "https://example.org/a/b?c=d&e=%20#f", "a_b_c __init__ camelCaseName SCREAMING_SNAKE", "C:\\Users\\x\\y.txt",
  "x => x?.y ?? $\"{z:F2}\"", "λx.x ∀x∈S ∃y: x≤y ⇒ ∑ᵢ√π≈∞", "---\n===\n***\n~~~", "....................", "!!!!!!!!!!!", "????", "-----BEGIN-----", "~!@#$%^&*()_+`-={}|[]\\:\";'<>?,./", "a.b,c;d:e", "e.g., i.e. etc.", "…—–‐", "“curly” «guillemets»", "€£¥₹ ₿", "™®©", "№ ℃ Å", "\\n\\t\\u0041",
  "    indented\n        more\n\tand tab", "trailing   ", "   leading", "line one  \nline two", "\t\t\n\t\n", "a\t b", "a \tb", " \t \t", "a\r\nb\r\n", "a\rb", "a\n\rb", "\r\n\r\n\r\n",
  " ".repeat(10000), " ".repeat(10000) + "a", "a" + " ".repeat(9999), "\n".repeat(1000), "\n".repeat(1000) + "x", "\t".repeat(333), " \n".repeat(200), "\r\n".repeat(200), "\u00a0".repeat(100), "\u3000".repeat(100) + "。",
  "a".repeat(1000), "ab".repeat(2000), "abc ".repeat(100), "0".repeat(1000), "1234567890".repeat(50), "é".repeat(300), "!".repeat(1000), "=".repeat(500), "-".repeat(499), "😀".repeat(100), "中".repeat(300), "e\u0301".repeat(100), "𝔘".repeat(100), "'s".repeat(100), "ha".repeat(150), "Lopado­temacho­selacho­galeo", "pneumonoultramicroscopicsilicovolcanoconiosis".repeat(20),
  "ÃÂ".repeat(64), "ÃÂÃÂÃÂÃÂÃÂÃÂÃÂÃÂ", " SolidGoldMagikarp", "rawdownloadcloneembedreportprint", " TheNitromeFan", "DragonMagazine", "?????-?????-", " ????????", "\\\\\\\\\\\\\\\\", "________________________________________________________________",
];

const words = ["the", "The", "summary", "relationship", "I", "don't", "couldn't've", "it's", "O'Brien", "naïve", "café", "München", "postgresql-16", "lib64", "x86_64", "v2.0.1", "README.md", "co-op", "e-mail", "AT&T", "C++", "C#", "3rd", "1980s", "$5.00", "100%", "@user", "#tag", "r/tifu", "TL;DR", "[25M]", "(sic)", "\"quoted\"", "…", "—", "it’s", "Ünïcödé", "日本", "мир", "عربى", "שלום", "한국어", "ไทย", "हिन्दी", "😀", "👩‍💻", "𝔘𝔫𝔦", "½", "Ⅳ"];
const spaces = [" ", " ", " ", " ", "  ", "\n", "\n\n", "\r\n", "\t", "   ", " \n ", "\u00a0", "\u2003", "\u3000", "\u0085", "", ""];
const code = ["if", "(", ")", "{", "}", ";", "\n    ", "\n\t", "\n", " ", "  ", "==", "!=", "->", "=>", "::", "//", "/*", "*/", "foo", "bar_baz", "i", "x1", "0xFF", "3.0f", "\"str\\n\"", "'c'", "&&", "||", "<T>", "[0]", "return", "async", "#define", "@Override", "$var", "%d", "`x`", "~", "^", "lambda", "self.", "null", "0b1010"];
const marks = () => times(1 + random(4), () => between(0x300, 0x36f));
const classes = [
  () => between(0x20, 0x7e), () => between(0x00, 0x1f), () => between(0x7f, 0xff), () => between(0x100, 0x24f), () => between(0x391, 0x3a1), () => between(0x410, 0x44f),
  () => between(0x5d0, 0x5ea), () => between(0x627, 0x64a), () => between(0x64b, 0x65f), () => between(0x660, 0x669), () => between(0x904, 0x94d), () => between(0xe01, 0xe3a), () => between(0x2000, 0x206f),
  () => between(0x2070, 0x2071), () => between(0x20a0, 0x20bf), () => between(0x2100, 0x214f), () => between(0x2150, 0x2188), () => between(0x2190, 0x23ff), () => between(0x2460, 0x24ff), () => between(0x2600, 0x27bf), () => between(0x3000, 0x303f),
  () => between(0x3041, 0x3096), () => between(0x30a1, 0x30fa), () => between(0x4e00, 0x9fa5), () => between(0xac00, 0xd7a3), () => between(0xe000, 0xf8ff), () => between(0xfb00, 0xfb06), () => between(0xfe00, 0xfe0f),
  () => between(0xff01, 0xff5e), () => between(0x10400, 0x1044f), () => between(0x12000, 0x1236e), () => between(0x1d400, 0x1d454), () => between(0x1d7ce, 0x1d7ff), () => between(0x1f300, 0x1f64f), () => between(0x1f3fb, 0x1f3ff), () => between(0x20000, 0x2a6d6), () => between(0xe0020, 0xe007f),
  () => "\u200d", () => " ", () => " ", () => "  ", () => "\n", () => "'s", () => "'", () => marks(),
];
const kinds = [
  () => times(1 + random(40), () => pick(words) + pick(spaces)),
  () => times(1 + random(60), () => pick(code)),
  () => times(1 + random(40), () => pick(classes)()),
  () => times(1 + random(20), () => between(0x61, 0x7a) + (random(3) ? "" : marks())),
  () => times(1 + random(30), () => pick(spaces) + (random(3) ? "" : pick(words))),
  () => { const make = pick(classes); return times(1 + random(30), () => (random(4) ? "" : pick(spaces)) + make()); },
  () => times(1 + random(20), () => pick([pick(words), "'", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "’"])),
  () => times(1 + random(30), () => pick(["0", "7", "42", "1,234", ".5", "-", "+", "e", "x", " ", "٣", "½", "𝟙", ":", "/"])),
  () => times(1 + random(200), () => between(0x61, 0x7a)),
];

const texts = new Set(byHand);
for (let i = 0; texts.size < 1000; i++) texts.add(kinds[i % kinds.length]());

let compared = 0;
const lines = [...texts].map((text) => {
  const ids = [...gpt2.encode_ordinary(text)];
  if (new TextDecoder("utf-8", { ignoreBOM: true }).decode(gpt2.decode(ids)) !== text) throw new Error(`no round trip: ${JSON.stringify(text)}`);
  if (!/[\u0085\ufeff]/.test(text) && text !== "") {
    compared++;
    if (second.encode(text).join() !== ids.join()) throw new Error(`the encoders differ: ${JSON.stringify(text)}`);
  }
  return JSON.stringify({ text, ids });
});
writeFileSync(new URL("gpt2-strings.jsonl.gz", import.meta.url), gzipSync(lines.join("\n") + "\n", { level: 9 }));
console.log(`${lines.length} strings, ${compared} compared with the second encoder`);

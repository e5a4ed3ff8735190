/** Turning written text into words that an English voice that knows ASCII only can say. Pure. */

const currencies: readonly (readonly [string, string])[] = [
  ["€", "euros"],
  ["£", "pounds"],
  ["¥", "yen"],
  ["₹", "rupees"],
];

/** Units after a number. flite itself reads `%`, `$`, ordinals, times and dates. */
const units = new Map([
  ["km/h", "kilometers per hour"],
  ["m/s", "meters per second"],
  ["mph", "miles per hour"],
  ["km", "kilometers"],
  ["cm", "centimeters"],
  ["mm", "millimeters"],
  ["m", "meters"],
  ["min", "minutes"],
  ["s", "seconds"],
  ["h", "hours"],
  ["kg", "kilograms"],
  ["mg", "milligrams"],
  ["g", "grams"],
  ["ml", "milliliters"],
  ["l", "liters"],
  ["ms", "milliseconds"],
  ["kB", "kilobytes"],
  ["MB", "megabytes"],
  ["GB", "gigabytes"],
  ["TB", "terabytes"],
  ["px", "pixels"],
  ["°C", "degrees Celsius"],
  ["°F", "degrees Fahrenheit"],
  ["°", "degrees"],
]);

const abbreviations: readonly (readonly [RegExp, string])[] = [
  [/\be\.\s?g\./gi, "for example"],
  [/\bi\.\s?e\./gi, "that is"],
  [/\betc\b\.?/gi, "et cetera"],
  [/\bvs\b\.?/gi, "versus"],
  [/\bapprox\b\.?/gi, "approximately"],
  [/\bw\/o\b/gi, "without"],
  [/\band\/or\b/gi, "and or"],
  [/\bJr\b\.?/g, "Junior"],
];

const months = [
  "January",
  "February",
  "March",
  "April",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const symbols: readonly (readonly [RegExp, string])[] = [
  [/\s*&\s*/g, " and "],
  [/(?<=\w)@(?=\w)/g, " at "],
  [/(?<=\w\w)\.(?=[a-z]{2,5}\b)/g, " dot "],
  [/#(?=\d)/g, " number "],
  [/(?<=\d)\s*[×x]\s*(?=\d)/g, " times "],
  [/(?<=\d)\s*–\s*(?=\d)/g, " to "],
  [/\s*=\s*/g, " equals "],
  [/(?<=[\w)])\s*\+\s*(?=[\w(])/g, " plus "],
  [/[‘’‛′]/g, "'"],
  [/[“”„«»″]/g, '"'],
  [/\s*[–—]\s*/g, ", "],
  [/…/g, "..."],
  [/(?<=[A-Za-z])\/(?=[A-Za-z])/g, " or "],
  [/[*_~`|<>^\\{}[\]#=]+/g, " "],
];

/** Letters that Unicode does not take apart into a base letter and a mark. */
const letters = new Map([
  ["ß", "ss"],
  ["æ", "ae"],
  ["Æ", "Ae"],
  ["œ", "oe"],
  ["Œ", "Oe"],
  ["ø", "o"],
  ["Ø", "O"],
  ["ł", "l"],
  ["Ł", "L"],
  ["đ", "d"],
  ["Đ", "D"],
  ["ð", "d"],
  ["Ð", "D"],
  ["þ", "th"],
  ["Þ", "Th"],
  ["ı", "i"],
]);

/**
 * The text with units, currencies, abbreviations and signs written out, accents taken off, and everything that is
 * still not ASCII (emoji, other scripts) left out. Line breaks stay.
 */
export function speakableText(text: string): string {
  return asAscii(replaceAll(writeOutNumbers(replaceAll(shortenAddresses(text), abbreviations)), symbols));
}

function replaceAll(text: string, replacements: readonly (readonly [RegExp, string])[]): string {
  return replacements.reduce((result, [pattern, words]) => result.replace(pattern, words), text);
}

/** `https://www.example.com/` is read as `example.com`. */
function shortenAddresses(text: string): string {
  return text.replace(/\bhttps?:\/\/(?:www\.)?(\S+?)\/?(?=[\s),]|$)/g, "$1");
}

/** Currencies, units and months beside a number. */
function writeOutNumbers(text: string): string {
  let written = text;
  for (const [sign, words] of currencies) {
    const amount = "(\\d(?:[\\d,.]*\\d)?(?:\\s(?:million|billion|trillion))?)";
    written = written.replace(new RegExp(`${sign}\\s?${amount}|${amount}\\s?${sign}`, "g"), `$1$2 ${words}`);
  }
  return written
    .replace(/(\d)\s?(km\/h|m\/s|[a-zA-Z]{1,3}|°[CF]?)(?![\p{L}\d])/gu, (all, digit: string, unit: string) => {
      const words = units.get(unit);
      return words === undefined ? all : `${digit} ${words}`;
    })
    .replace(/\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?(?=\s\d)/g, (short) => {
      return months.find((month) => month.startsWith(short.slice(0, 3))) ?? short;
    });
}

/** Accents taken off; what is not ASCII then is left out. */
function asAscii(text: string): string {
  return text
    .replace(/[ßæÆœŒøØłŁđĐðÐþÞı]/g, (letter) => letters.get(letter) ?? letter)
    .normalize("NFKD")
    .replace(/[^\n\x20-\x7E]/g, "")
    .replace(/[ \t]+/g, " ")
    .trim();
}
